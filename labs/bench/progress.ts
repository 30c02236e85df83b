/** Says on stderr how far the bench is: a bar that moves on a terminal, a line each elsewhere. */
export interface Progress {
  step(what: string): void;
  end(): void;
}

const BAR_WIDTH = 24;

export function createProgress(steps: number, output = process.stderr): Progress {
  let done = 0;
  const clear = () => (output.isTTY ? "\r\x1b[K" : "");
  return {
    step(what) {
      const share = Math.min(done++ / steps, 1);
      const percent = `${String(Math.floor(share * 100)).padStart(3)} %`;
      if (!output.isTTY) return void output.write(`${percent}  ${what}\n`);
      const filled = Math.round(share * BAR_WIDTH);
      const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
      output.write(`${clear()}${bar} ${percent}  ${what}`);
    },
    end: () => void output.write(clear()),
  };
}
