import type { RejectedRow } from "../../platform/data/index.ts";

/** What happened while a file was read. */
export interface FileLog {
  reject(line: number, reason: string): void;
  /** Counts a blank line. */
  blank(): void;
  note(sentence: string): void;
}

/** What happened while files were read, told once for all of them. */
export interface ReadLog {
  forFile(name: string): FileLog;
  /** What was told since the last call: the first 100 rejected rows, all counted. */
  take(): { nRejected: number; rejected: RejectedRow[]; notes: string[] };
}

const listed = 100;

/** An empty {@link ReadLog}. */
export function readLog(): ReadLog {
  let nRejected = 0;
  let rejected: RejectedRow[] = [];
  let notes = new Set<string>();
  let blanks = new Map<string, number>();
  return {
    forFile: (file) => ({
      reject(line, reason) {
        nRejected += 1;
        if (rejected.length < listed) rejected.push({ file, line, reason });
      },
      blank: () => void blanks.set(file, (blanks.get(file) ?? 0) + 1),
      note: (sentence) => void notes.add(`${file}: ${sentence}`),
    }),
    take() {
      for (const [file, count] of blanks) notes.add(`${file}: ${count} blank line${count === 1 ? "" : "s"} skipped`);
      const taken = { nRejected, rejected, notes: [...notes] };
      nRejected = 0;
      rejected = [];
      notes = new Set();
      blanks = new Map();
      return taken;
    },
  };
}
