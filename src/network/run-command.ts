import { spawn } from 'node:child_process';

/** Runs a program to its end with `input` on its standard input; rejects with what it said on its error output. */
export function runCommand(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', (error) => reject(new Error(`run ${program}: ${error.message}`, { cause: error })));
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin.on('error', () => {});
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output).toString());
      else
        reject(
          new Error(`run ${program} ${args.join(' ')}: exit code ${code}: ${Buffer.concat(errors).toString().trim()}`),
        );
    });
    child.stdin.end(input);
  });
}
