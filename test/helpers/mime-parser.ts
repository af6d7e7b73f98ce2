import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A part of a MIME text. */
export interface MimePart {
  readonly type: string;
  readonly body: string;
}

/** Reads a text on each line, as a JSON string, and writes its parts. */
export const MIME_PROGRAM = `import email, json, sys
for line in sys.stdin:
    message = email.message_from_string(json.loads(line))
    parts = message.get_payload()
    assert not message.defects and not any(part.defects for part in parts)
    body = lambda part: part.get_payload(decode=True).decode('ascii')
    print(json.dumps([{'type': part.get_content_type(), 'body': body(part)} for part in parts]), flush=True)`;

interface Waiting {
  readonly resolve: (parts: MimePart[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Python's own parser in a process that stays: to start Python takes longer than all that a
 * test does with it.
 */
export class MimeParser {
  private child?: ChildProcess;
  private readonly waiting: Waiting[] = [];

  /** The parts, or an error for a text with defects. */
  public parse(text: string): Promise<MimePart[]> {
    this.child ??= this.start();
    const { child } = this;
    this.keepAlive(true);
    return new Promise<MimePart[]>((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      child.stdin?.write(`${JSON.stringify(text)}\n`);
    });
  }

  private start(): ChildProcess {
    const child = spawn('python3', ['-I', '-c', MIME_PROGRAM], { stdio: ['pipe', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.waiting.shift()?.resolve(JSON.parse(line));
      if (this.waiting.length === 0) this.keepAlive(false);
    });
    child.on('close', () => {
      this.child = undefined;
      for (const { reject } of this.waiting.splice(0))
        reject(new Error(`the text is no clean MIME: ${errors}`));
    });
    child.on('error', (error) => {
      for (const { reject } of this.waiting.splice(0)) reject(error);
    });
    return child;
  }

  /** A process that has nothing to do must not keep this one from its end. It ends with its input. */
  private keepAlive(busy: boolean): void {
    const { child } = this;
    for (const handle of [child, child?.stdin, child?.stdout, child?.stderr] as (
      | NodeJS.Timeout
      | undefined
    )[]) {
      if (busy) handle?.ref();
      else handle?.unref();
    }
  }
}
