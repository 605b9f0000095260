/**
 * Connects standard input and output with a socket that Node cannot reach itself: conmon's attach socket (of sequenced
 * packets) or a port inside of a network namespace. Perl is part of every Debian and starts in 3 ms.
 *
 * `attach DIR` connects to `DIR/attach`, whose packets begin with 2 (standard output) or 3 (standard error).
 * `tcp PORT` connects to the loopback address. One byte, `+`, is written to descriptor 3 once the connection stands;
 * a failure goes to standard error with code 1. The end of standard input half-closes the socket; `noinput` never does.
 */
export const RELAY_PROGRAM = String.raw`
use strict; use warnings; use Socket; use Errno;
$SIG{PIPE} = 'IGNORE';
my ($mode, $where, $input) = @ARGV;
my $socket; my $failure = 'connection refused';
if ($mode eq 'attach') {
  chdir $where or die "$!\n";
  socket($socket, AF_UNIX, SOCK_SEQPACKET, 0) or die "$!\n";
  connect($socket, pack_sockaddr_un('attach')) or die "$!\n";
} else {
  my @targets = ([AF_INET, pack_sockaddr_in($where, inet_aton('127.0.0.1'))],
                 [AF_INET6, pack_sockaddr_in6($where, Socket::inet_pton(AF_INET6, '::1'))]);
  for my $target (@targets) {
    socket(my $try, $target->[0], SOCK_STREAM, 0) or next;
    if (connect($try, $target->[1])) { $socket = $try; last }
    $failure = lc "$!" if $target->[0] == AF_INET;
  }
  die "$failure\n" unless $socket;
}
open(my $ready, '>&=', 3) or die "$!\n"; syswrite($ready, '+'); close($ready);
my $reading = $input ne 'noinput';
sub put { my ($handle, $data) = @_; my $done = 0;
  while ($done < length $data) { my $count = syswrite($handle, $data, length($data) - $done, $done);
    next if !defined $count && $!{EINTR};
    if (!defined $count && $!{EAGAIN}) { my $bits = ''; vec($bits, fileno($handle), 1) = 1; select(undef, $bits, undef, undef); next }
    return 0 unless defined $count; $done += $count } return 1 }
while (1) {
  my $bits = ''; vec($bits, fileno($socket), 1) = 1; vec($bits, 0, 1) = 1 if $reading;
  next if select($bits, undef, undef, undef) < 0;
  if ($reading && vec($bits, 0, 1)) {
    my $count = sysread(STDIN, my $data, $mode eq 'attach' ? 8000 : 65536);
    if (!$count) { $reading = 0; shutdown($socket, 1) }
    elsif (!put($socket, $data)) { $reading = 0 }
  }
  if (vec($bits, fileno($socket), 1)) {
    my $count = sysread($socket, my $data, 65536);
    last unless $count;
    if ($mode eq 'attach') {
      my $handle = ord($data) == 3 ? \*STDERR : \*STDOUT;
      last unless put($handle, substr($data, 1));
    } else { last unless put(\*STDOUT, $data) }
  }
}
`;
