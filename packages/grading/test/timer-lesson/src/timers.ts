let timer: NodeJS.Timeout;

export function start(): void {
  timer = setInterval(() => {}, 1_000_000);
}

export function stop(): void {
  clearInterval(timer);
}
