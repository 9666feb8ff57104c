# Captures packets on the host side of pods and prints the tokens that can be read in them. It runs where perl is and
# nothing else: in the embedded cluster, in a node of kind, in a pod on a node's network. It needs CAP_NET_RAW in the
# network namespace.
#
# Arguments: `interface=NAME` and `slow` break the capture on purpose; every other one is an address of a pod. The host
# side of a pod is the interface of its host route. Never lo: what a sidecar and its application say to each other is clear.
# Without arguments it waits to be told.
#
# Standard output, one JSON value per line:
#   {"is":"ready","watch":0,"interfaces":[{"name":N,"addresses":[A]}],"unknown":[A]}
#   {"is":"token","seq":1,"interface":N,"token":T,"protocol":P,"from":A,"fromPort":N,"to":A,"toPort":N}
#   {"is":"barrier","seq":2,"id":I,"interfaces":[...],"flows":[...]}   in answer to a line `barrier I` on standard input:
#     whatever came before has a lower number.
# A line `watch W A A ...` begins anew, with these addresses (or none), and is answered by `ready` with that number; whatever
# comes after belongs to it. It ends when its standard input does.
use strict;
use warnings;

# linux/if_packet.h, asm-generic/socket.h and friends; perl-base is not sure to have modules for them.
my ($AF_PACKET, $SOCK_DGRAM, $SOL_PACKET, $PACKET_STATISTICS) = (17, 2, 263, 6);
my ($SOL_SOCKET, $SO_RCVBUF, $SO_RCVBUFFORCE, $SIOCGIFINDEX) = (1, 8, 33, 0x8933);
my ($ETH_P_ALL, $ETH_P_IP, $ETH_P_IPV6, $MSG_DONTWAIT) = (3, 0x0800, 0x86dd, 0x40);
my ($buffer, $packet_bound, $token_length) = (16 << 20, 1 << 18, 24);

my ($forced, $slow, %route, @captures, %flows, %tls);
my $seq = 0;
$| = 1;
watch(0, @ARGV) if @ARGV;

my $commands = '';
for (;;) {
	my $ready = '';
	vec($ready, fileno(STDIN), 1) = 1;
	vec($ready, fileno($_->{socket}), 1) = 1 for @captures;
	next if select($ready, undef, undef, undef) < 0;
	select(undef, undef, undef, 0.2) if $slow;
	for (@captures) { drain($_) if vec($ready, fileno($_->{socket}), 1) }
	next unless vec($ready, fileno(STDIN), 1);
	my $read = sysread STDIN, $commands, 4096, length $commands;
	exit 0 unless $read;
	while ($commands =~ s/^(.*)\n//) {
		my $line = $1;
		barrier($1) if $line =~ /^barrier (\d+)$/;
		watch($1, split ' ', $2) if $line =~ /^watch (\d+)(.*)$/;
	}
}

sub watch {
	my ($number, @given) = @_;
	# What is still in the sockets goes with them.
	($seq, $forced, $slow, @captures) = (0);
	(%flows, %tls) = ();
	my (%addresses, @unknown);
	host_routes();
	for (@given) {
		if (/^interface=(.+)$/) { $forced = $1; next }
		if ($_ eq 'slow') { $slow = 1; next }
		my $name = $route{index($_, ':') < 0 ? $_ : address6(packed6($_))};
		if (defined $name && $name ne 'lo') { push @{$addresses{$name}}, $_ }
		else { push @unknown, $_ }
	}
	for my $name (sort keys %addresses) {
		push @captures, {name => $name, socket => listen_on($forced // $name), packets => 0, bytes => 0, drops => 0, cut => 0};
	}
	print qq({"is":"ready","watch":$number,"interfaces":[), join(',', map { '{"name":' . quoted($_) . ',"addresses":[' . join(',', map { quoted($_) } @{$addresses{$_}}) . ']}' } sort keys %addresses),
		'],"unknown":[', join(',', map { quoted($_) } @unknown), "]}\n";
}

# Address -> interface.
sub host_routes {
	%route = ();
	if (open my $table, '<', '/proc/net/route') {
		while (<$table>) {
			my ($name, $to, $gateway, undef, undef, undef, undef, $mask) = split;
			next unless defined $mask && $mask eq 'FFFFFFFF' && $gateway eq '00000000';
			$route{join '.', unpack 'C4', pack 'L', hex $to} = $name;
		}
	}
	if (open my $table, '<', '/proc/net/ipv6_route') {
		while (<$table>) {
			my ($to, $length, $name) = (split)[0, 1, 9];
			next unless defined $name && $length eq '80' && $name ne 'lo';
			$route{address6(pack 'H32', $to)} = $name;
		}
	}
}

sub listen_on {
	my ($name) = @_;
	socket my $socket, $AF_PACKET, $SOCK_DGRAM, 0 or die "no packet socket: $!\n";
	my $request = pack 'a16 x24', $name;
	ioctl $socket, $SIOCGIFINDEX, $request or die "no interface $name: $!\n";
	my $index = unpack 'x16 i', $request;
	my $size = pack 'i', $slow ? 0 : $buffer;
	# More than an ordinary user may ask for, where we may.
	setsockopt $socket, $SOL_SOCKET, $SO_RCVBUF, $size;
	setsockopt $socket, $SOL_SOCKET, $SO_RCVBUFFORCE, $size unless $slow;
	# Only bound does it see packets, so never those of another interface.
	bind $socket, pack 'S n i S C C a8', $AF_PACKET, $ETH_P_ALL, $index, 0, 0, 0, '' or die "not bound to $name: $!\n";
	return $socket;
}

# Everything that the kernel holds of an interface.
sub drain {
	my ($capture) = @_;
	my $packet;
	while (defined(my $sender = recv $capture->{socket}, $packet, $packet_bound, $MSG_DONTWAIT)) {
		$capture->{packets}++;
		$capture->{bytes} += length $packet;
		$capture->{cut}++ if length $packet >= $packet_bound;
		my (undef, $kind) = unpack 'S n', $sender;
		if ($kind == $ETH_P_IP) { ip4($capture->{name}, $packet) }
		elsif ($kind == $ETH_P_IPV6) { ip6($capture->{name}, $packet) }
		else { search($capture->{name}, $packet, 'other', '', 0, '', 0) }
	}
}

sub ip4 {
	my ($name, $packet) = @_;
	return if length $packet < 20;
	my ($first, $fragment, $protocol) = unpack 'C x5 n x C', $packet;
	my $rest = substr $packet, ($first & 15) * 4;
	my ($from, $to) = map { join '.', unpack 'C4', $_ } unpack 'x12 a4 a4', $packet;
	# Of a fragment only the first has ports; where tokens are looked for they don't matter.
	transport($name, $fragment & 0x1fff ? -1 : $protocol, $rest, $from, $to);
}

sub ip6 {
	my ($name, $packet) = @_;
	return if length $packet < 40;
	my $next = unpack 'x6 C', $packet;
	my ($from, $to) = map { address6($_) } unpack 'x8 a16 a16', $packet;
	my $rest = substr $packet, 40;
	while (($next == 0 || $next == 43 || $next == 60) && length $rest >= 8) {
		my ($after, $size) = unpack 'C C', $rest;
		$size = 8 + 8 * $size;
		last if length $rest < $size;
		($next, $rest) = ($after, substr $rest, $size);
	}
	transport($name, $next, $rest, $from, $to);
}

sub transport {
	my ($name, $protocol, $rest, $from, $to) = @_;
	if ($protocol == 6 && length $rest >= 20) { return tcp($name, $rest, $from, $to) }
	if ($protocol == 17 && length $rest >= 8) {
		my ($source, $target) = unpack 'n n', $rest;
		return search($name, substr($rest, 8), 'udp', $from, $source, $to, $target);
	}
	search($name, $rest, $protocol == 1 || $protocol == 58 ? 'icmp' : 'other', $from, 0, $to, 0);
}

# Segments of one direction are put together as far as they come in order: a token may lie across two of them.
sub tcp {
	my ($name, $segment, $from, $to) = @_;
	my ($source, $target, $number, undef, $offset, $flags) = unpack 'n n N N C C', $segment;
	my $data = substr $segment, ($offset >> 4) * 4;
	my $key = "$name $from $source $to $target";
	my $size = length $data;
	if ($size > 0) {
		my ($expected, $tail, $left) = @{$flows{$key} // [-1, '', 0]};
		my $joins = $number == $expected;
		search($name, $joins ? $tail . $data : $data, 'tcp', $from, $source, $to, $target);
		my $after = tls_records("$name $from $to", $data, $joins ? $left : 0);
		my $all = $joins ? $tail . $data : $data;
		my $keep = $token_length - 1;
		$flows{$key} = [($number + $size) & 0xffffffff, length $all > $keep ? substr($all, -$keep) : $all, $after];
	}
	delete $flows{$key} if $flags & 5;
}

# Counts records of application data (RFC 8446, 5.1); returns how much of the last one is still to come.
sub tls_records {
	my ($key, $data, $at) = @_;
	while ($at + 5 <= length $data) {
		my ($type, $major, undef, $size) = unpack "x$at C C C n", $data;
		return 0 unless $major == 3 && $type >= 20 && $type <= 24 && $size <= 16640;
		if ($type == 23) {
			my $sum = $tls{$key} //= [0, 0];
			$sum->[0]++;
			$sum->[1] += $size;
		}
		$at += 5 + $size;
	}
	return $at > length $data ? $at - length $data : 0;
}

sub search {
	my ($name, $data, $protocol, $from, $source, $to, $target) = @_;
	while ($data =~ /(?<![0-9a-f])([0-9a-f]{$token_length})(?![0-9a-f])/g) {
		$seq++;
		print qq({"is":"token","seq":$seq,"interface":), quoted($name), qq(,"token":"$1","protocol":"$protocol","from":"$from","fromPort":$source,"to":"$to","toPort":$target}\n);
	}
}

sub barrier {
	my ($id) = @_;
	my @totals;
	for my $capture (@captures) {
		drain($capture);
		# Reading them sets them back.
		my $statistics = getsockopt $capture->{socket}, $SOL_PACKET, $PACKET_STATISTICS;
		$capture->{drops} += unpack 'x4 I', $statistics if defined $statistics;
		my $uncounted = defined $statistics ? 0 : 1;
		push @totals, '{"name":' . quoted($capture->{name}) . qq(,"packets":$capture->{packets},"bytes":$capture->{bytes},"drops":) . ($capture->{drops} + $capture->{cut} + $uncounted) . '}';
	}
	my @flows;
	for my $key (sort keys %tls) {
		my ($name, $from, $to) = split ' ', $key;
		my ($records, $bytes) = @{$tls{$key}};
		push @flows, '{"interface":' . quoted($name) . qq(,"from":"$from","to":"$to","records":$records,"bytes":$bytes}) if $records > 0;
	}
	$seq++;
	print qq({"is":"barrier","seq":$seq,"id":$id,"interfaces":[), join(',', @totals), '],"flows":[', join(',', @flows), "]}\n";
}

# Eight groups without the zeros in front of them, and nothing left out.
sub address6 { join ':', map { sprintf '%x', $_ } unpack 'n8', $_[0] }

sub packed6 {
	my ($front, $back) = split /::/, $_[0], 2;
	my @front = split /:/, $front;
	my @back = defined $back ? split(/:/, $back) : ();
	pack 'n8', map { hex } @front, (0) x (8 - @front - @back), @back;
}

sub quoted {
	my ($text) = @_;
	$text =~ s/[^!#-\[\]-~]/?/g;
	return qq("$text");
}
