import { closeSync, copyFileSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";

/** The durable steps of one write, in order. A hook sees each right after it is done; fault tests end the process there. */
export type DurableStep = "temp-written" | "file-synced" | "renamed" | "folder-synced";

/** Told of each durable step. */
export type StepHook = (step: DurableStep, path: string) => void;

/**
 * Puts a file at `path` so that no reader ever sees a half: temporary name, fsync, rename, fsync of the folder.
 * @param fill writes the content to the temporary path
 */
export function writeDurably(
  path: string,
  tempDir: string,
  fill: (temporary: string) => void,
  onStep: StepHook = () => {},
): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  mkdirSync(tempDir, { recursive: true, mode: 0o700 });
  const temporary = join(tempDir, `${process.pid}-${process.hrtime.bigint()}`);
  try {
    fill(temporary);
    onStep("temp-written", path);
    syncPath(temporary);
    onStep("file-synced", path);
    renameSync(temporary, path);
    onStep("renamed", path);
    syncPath(folder);
    onStep("folder-synced", path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Writes all bytes to a new file. */
export function fillWithBytes(temporary: string, bytes: Uint8Array): void {
  const file = openSync(temporary, "wx", 0o600);
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
  } finally {
    closeSync(file);
  }
}

/** Copies a file to a new one. */
export function fillWithCopy(temporary: string, source: string): void {
  copyFileSync(source, temporary);
}

/** fsync of a file, or of a folder's entries. */
export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
