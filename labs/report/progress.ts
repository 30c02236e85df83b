/** Shows on stderr how far a laboratory is: a moving bar on a terminal, a line per step elsewhere. */

export interface Progress {
  /** Counts one step and names the work that begins. */
  step(title: string): void;
  end(): void;
}

const BAR_WIDTH = 24;

export function createProgress(steps: number, output = process.stderr): Progress {
  let done = 0;
  const clear = () => (output.isTTY ? "\r\x1b[K" : "");
  return {
    step(title) {
      const share = Math.min(done++ / steps, 1);
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
      if (!output.isTTY) return void output.write(`${percent}  ${title}\n`);
      const filled = Math.round(share * BAR_WIDTH);
      const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
      output.write(`${clear()}${bar} ${percent}  ${title}`);
    },
    end: () => void output.write(clear()),
  };
}
