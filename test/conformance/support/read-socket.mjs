// Reads a WebSocket to its end: what to open comes as JSON on standard input, what came goes as JSON to standard output.
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import WebSocket from 'ws';

const { url, protocol, ...tls } = JSON.parse(await text(process.stdin));
const socket = new WebSocket(url, [protocol], tls);
const messages = [];
socket.on('message', (data) => messages.push(data.toString('base64')));
const [code] = await once(socket, 'close');
process.stdout.write(JSON.stringify({ protocol: socket.protocol, code, messages }));
