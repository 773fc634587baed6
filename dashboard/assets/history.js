// Draws the history of a point. The data stand in the page; the server worked them out.

const box = document.querySelector("[data-chart]");
const form = document.querySelector(".choose");
form?.addEventListener("change", () => form.requestSubmit());
// Choosing is enough here; without this script the button is needed.
form?.querySelector("button").remove();

if (box) draw(JSON.parse(box.dataset.chart));

function draw(data) {
  const language = document.documentElement.lang === "en" ? "en-GB" : "fr-FR";
  const timeZone = document.body.dataset.timezone;
  const format = (options) => new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options });
  const number = new Intl.NumberFormat(language, { minimumFractionDigits: data.decimals, maximumFractionDigits: data.decimals });
  const written = (value) => {
    if (value === null || value === undefined) return data.gap;
    if (!data.states) return `${number.format(value)}\u00a0${data.unit}`.trim();
    if (value === 0 || value === 1) return data.states[value];
    return `${data.states[1]} ${data.share.replace("{}", Math.round(value * 100))}`;
  };
  const named = data.states
    ? { splits: () => [0, 1], values: (_, ticks) => ticks.map((value) => data.states[value]), size: 90 }
    : { values: (_, ticks) => ticks.map((value) => new Intl.NumberFormat(language).format(value)), size: 64 };
  const moment = format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const readout = document.querySelector("[data-readout]");

  const stepped = data.stepped ? window.uPlot.paths.stepped({ align: 1 }) : null;
  const spanned = !data.states && data.min.some((value, place) => value !== data.max[place]);
  const line = (label, tone, width) => ({
    label, stroke: () => colour(tone), width, spanGaps: false,
    ...(stepped ? { paths: stepped } : {}), points: { show: false }, value: (_, value) => written(value),
  });
  const font = "13px Inter, system-ui, sans-serif";
  const axis = { stroke: () => colour("muted"), font, grid: { stroke: () => colour("hairline"), width: 1 }, ticks: { show: false } };

  const options = {
    width: box.clientWidth,
    height: 340,
    tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1000), timeZone),
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 9 } },
    scales: { y: { range: (_, low, high) => range(low, high) } },
    axes: [
      { ...axis, space: 70, values: (_, ticks, __, ___, step) => ticks.map((at) => tick(at, step)) },
      { ...axis, ...named },
    ],
    series: [
      {},
      ...(spanned ? [line(data.names[1], "muted", 0), line(data.names[2], "muted", 0)] : []),
      line(data.names[0], data.tone, 2),
    ],
    // The band comes first, so that the line lies upon it.
    bands: spanned ? [{ series: [2, 1], fill: () => colour(`${data.tone}-soft`) }] : [],
    hooks: { setCursor: [say], draw: [levels] },
  };
  const series = [data.seconds, ...(spanned ? [data.min, data.max] : []), data.mean];
  const plot = new window.uPlot(options, series, box);

  function range(low, high) {
    if (low === null || data.states) return [0, 1.02];
    const bottom = data.from_zero ? Math.min(0, low) : low;
    // What one compares with belongs into the picture, also when all is well.
    high = Math.max(high, ...(data.levels ?? []).map((level) => level.value));
    const room = Math.max((high - bottom) * 0.08, Math.abs(high) * 0.01, 0.5);
    return [data.from_zero && low >= 0 ? 0 : bottom - room, high + room];
  }

  function tick(at, step) {
    const date = new Date(at * 1000);
    if (step >= 86400) return format({ day: "numeric", month: "short" }).format(date);
    const time = format({ hour: "numeric", minute: "2-digit" }).format(date);
    const hours = Number(format({ hour: "numeric" }).format(date).replace(/\D/g, ""));
    return hours === 0 && time.endsWith("00") ? format({ weekday: "short", day: "numeric" }).format(date) : time;
  }

  // Known levels are named where they stand, not in a legend.
  function levels(chart) {
    const { ctx, bbox } = chart;
    for (const level of data.levels ?? []) {
      const y = chart.valToPos(level.value, "y", true);
      if (y < bbox.top || y > bbox.top + bbox.height) continue;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour(level.tone);
      ctx.setLineDash([8 * devicePixelRatio, 5 * devicePixelRatio]);
      ctx.lineWidth = devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.font = `${13 * devicePixelRatio}px Inter, system-ui, sans-serif`;
      ctx.textAlign = "right";
      ctx.textBaseline = "bottom";
      ctx.fillText(level.name, bbox.left + bbox.width - 4, y - 3 * devicePixelRatio);
      ctx.restore();
    }
  }

  function say(chart) {
    const place = chart.cursor.idx;
    if (place === null || place === undefined) return;
    const [mean, low, high] = [data.mean[place], data.min[place], data.max[place]];
    const extremes = spanned && mean !== null
      ? ` (${data.names[1].toLowerCase()} ${written(low)}, ${data.names[2].toLowerCase()} ${written(high)})` : "";
    readout.textContent = `${moment.format(new Date(data.seconds[place] * 1000))}\u202f: ${written(mean)}${extremes}`;
  }

  box.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -12, PageDown: 12, Home: -Infinity, End: Infinity };
    const move = moves[event.key];
    if (move === undefined) return;
    event.preventDefault();
    const last = data.seconds.length - 1;
    const place = Math.min(last, Math.max(0, (plot.cursor.idx ?? last) + move));
    const top = data.mean[place] === null ? plot.bbox.height / 2 / devicePixelRatio : plot.valToPos(data.mean[place], "y");
    plot.setCursor({ left: plot.valToPos(data.seconds[place], "x"), top });
  });

  new ResizeObserver(() => plot.setSize({ width: box.clientWidth, height: 340 })).observe(box);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => plot.redraw());
}
