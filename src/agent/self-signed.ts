import { generateKeyPairSync, sign } from 'node:crypto';

/**
 * A certificate for resolvers that are asked over TLS: self-signed, P-256, for a day. No client of ours verifies it (the
 * MAC in the answer says who answered), so it holds no more than X.509 demands (RFC 5280, 4.1). PEM.
 */
export function selfSigned(): { cert: string; key: string } {
	const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
	const algorithm = sequence(oid('2a8648ce3d040302'));
	const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('resolver.gatecrash.test')))));
	const validity = sequence(time(-3_600_000), time(86_400_000));
	const version = der(0xa0, der(0x02, Buffer.from([2])));
	const serial = der(0x02, Buffer.from([1]));
	const spki = publicKey.export({ type: 'spki', format: 'der' });
	const body = sequence(version, serial, algorithm, name, validity, name, spki);
	const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]));
	const base64 = sequence(body, algorithm, signature).toString('base64');
	const cert = `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n').trimEnd()}\n-----END CERTIFICATE-----\n`;
	return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

/** Tag, length, value (X.690, 8.1). */
function der(tag: number, value: Buffer): Buffer {
	const { length } = value;
	const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
	return Buffer.concat([Buffer.from([tag, ...size]), value]);
}

function sequence(...parts: Buffer[]): Buffer {
	return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
	return der(0x06, Buffer.from(hex, 'hex'));
}

/** GeneralizedTime, that many milliseconds from now. */
function time(offset: number): Buffer {
	const text = new Date(Date.now() + offset).toISOString().replace(/[-:T]|\.\d+/g, '');
	return der(0x18, Buffer.from(text));
}
