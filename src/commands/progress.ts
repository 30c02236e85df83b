/** Progress of a long command, on stderr: a bar that moves on a terminal, a line every tenth elsewhere. */
export interface Progress {
  /** Tells how much of the total is done by now. */
  at(done: number): void;
  /** Prints a line, for which the bar makes room. */
  say(line: string): void;
  end(): void;
}

const BAR_WIDTH = 24;

export function createProgress(total: number, output = process.stderr): Progress {
  const isTerminal = output.isTTY;
  // A terminal shows every per cent, a file of lines every tenth.
  const steps = isTerminal ? 100 : 10;
  let shown = 0;
  const clear = isTerminal ? "\r\x1b[K" : "";

  function draw(): void {
    const percent = `${String((shown * 100) / steps).padStart(3)} %`;
    if (!isTerminal) return void output.write(`${percent}\n`);
    const filled = Math.round((shown / steps) * BAR_WIDTH);
    output.write(`${clear}${"█".repeat(filled)}${"░".repeat(BAR_WIDTH - filled)} ${percent}`);
  }

  return {
    at(done) {
      const step = Math.floor((done / total) * steps);
      if (step <= shown) return;
      shown = step;
      draw();
    },
    say(line) {
      output.write(`${clear}${line}\n`);
      if (isTerminal) draw();
    },
    end: () => void output.write(clear),
  };
}
