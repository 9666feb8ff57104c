import { expect } from 'chai';
import { lastForwarded } from '../../src/judge/forwarded-identity.ts';

const client = 'spiffe://cluster.local/ns/shop/sa/client';
const server = 'spiffe://cluster.local/ns/shop/sa/server';

/** Header, and the URIs of its last element; undefined: it can't be read. */
const rows: [string, string, string[] | undefined][] = [
	['as Envoy writes it', `By=${server};Hash=ab12;Subject="";URI=${client}`, [client]],
	['only the last element counts', `By=${server};URI=spiffe://forged/x,By=${server};Hash=ab;URI=${client}`, [client]],
	['a forged last element is the last element', `URI=${client},URI=spiffe://forged/x`, ['spiffe://forged/x']],
	[
		'a comma and a semicolon in quotes divide nothing',
		`Subject="CN=a,O=b;URI=spiffe://forged/x";URI=${client}`,
		[client],
	],
	['an escaped quote ends no quotation', `Subject="a\\",URI=spiffe://forged/x,\\"";URI=${client}`, [client]],
	['a quoted value', `URI="${client}"`, [client]],
	['several URIs', `URI=${client};URI=${server}`, [client, server]],
	['names without regard to case, and spaces around', ` by=x ; uri=${client} `, [client]],
	['a value may hold an equals sign', 'URI=spiffe://a/b?c=d', ['spiffe://a/b?c=d']],
	['no URI', `By=${server};Hash=ab12;Subject="CN=client"`, []],
	['a quotation without an end', `URI=spiffe://forged/x,Subject=";URI=${client}`, undefined],
	['quotes within a value', `URI=${client}"x"`, undefined],
	['no pair', `URI=${client},nonsense`, undefined],
	['an empty last element', `URI=${client},`, undefined],
	['nothing', '', undefined],
	['cut', `URI=${client}…`, undefined],
];

describe('X-Forwarded-Client-Cert', () => {
	for (const [title, header, uris] of rows) {
		it(title, () => {
			expect(lastForwarded(header)?.uris).to.deep.equal(uris);
		});
	}
});
