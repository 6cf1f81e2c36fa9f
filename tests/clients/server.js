// The real binary as `bina demo`, on a port that is free, in a folder of its own.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const binary = fileURLToPath(new URL("../../target/debug/bina", import.meta.url));

export async function startDemo() {
  const folder = await mkdtemp(join(tmpdir(), "bina-clients-"));
  const settings = Object.entries(process.env).filter(([name]) => !name.startsWith("BINA_"));
  const env = { ...Object.fromEntries(settings), BINA_DATA_DIR: folder, BINA_LISTEN: "127.0.0.1:0" };
  const bina = spawn(binary, ["demo"], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise((resolve) => bina.once("close", resolve));
  const stop = async () => {
    // Nothing of it is kept, so nothing is worth the wait for its draining.
    bina.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  let address;
  const log = [];
  const listening = new Promise((resolve) => {
    createInterface({ input: bina.stderr }).on("line", (line) => {
      log.push(line);
      address ??= addressIn(line);
      if (address) {
        resolve();
      }
    });
  });
  await Promise.race([listening, ended, new Promise((resolve) => setTimeout(resolve, 60_000).unref())]);
  if (!address) {
    await stop();
    throw new Error(`bina demo does not listen:\n${log.join("\n")}`);
  }
  // Another command of the binary, over the same data.
  const run = (...args) => promisify(execFile)(binary, args, { cwd: folder, env });
  return { url: `http://${address}`, run, stop };
}

function addressIn(line) {
  try {
    const entry = JSON.parse(line);
    return entry.message === "listening" ? entry.address : undefined;
  } catch {
    return undefined;
  }
}
