"use strict";
(() => {
  const began = performance.now();
  const data = JSON.parse(document.getElementById("data").textContent);
  const { tasks, phases } = data;
  // More than so many bars in view can't be told apart: then areas show how many tasks are in each phase.
  const MAX_BARS = 1200;
  const BINS = 300;
  const AREA_ROWS = 6;
  const MAX_LINES = 8;
  const byId = (id) => document.getElementById(id);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
  const first = (task) => task.phases[0][1];
  const last = (task) => task.phases[task.phases.length - 1][2];
  for (const task of tasks) task.lane = `${task.activity} · ${task.backend}`;

  const filters = { activity: new Set(), backend: new Set(), outcome: new Set(), text: "" };
  const chart = echarts.init(byId("chart"), null, { renderer: "canvas" });
  let shown = tasks;
  let view = null;

  function duration(ms) {
    const s = ms / 1000;
    if (s < 10) return `${s.toFixed(1)} s`;
    if (s < 60) return `${Math.round(s)} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`;
    return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
  }

  const spent = (task, phase) => task.phases.reduce((sum, [p, b, e]) => sum + (phases[p] === phase ? e - b : 0), 0);

  function facts(task) {
    const rows = [["task", task.id], ["activity", task.activity],
      ["backend", task.backend + (task.attempt ? `, attempt ${task.attempt}` : "")],
      ["outcome", task.error ? `${task.outcome}: ${task.error}` : task.outcome]];
    for (const name of ["cause", "progress", "job"]) if (task[name]) rows.push([name, task[name]]);
    if (task.execution !== undefined) rows.push(["execution", data.executions[task.execution].split(":").pop()]);
    for (const [p, b, e] of task.phases) rows.push([phases[p], `${duration(e - b)} from ${new Date(b).toLocaleString()}`]);
    return rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("");
  }

  function showDetails(task) {
    let links = `<p>More: <code>activity-dispatch show ${escape(task.id)}</code></p>`;
    if (data.region && task.execution !== undefined) {
      const arn = data.executions[task.execution];
      const url = `https://${data.region}.console.aws.amazon.com/states/home?region=${data.region}#/v2/executions/details/${arn}`;
      links += `<p><a href="${escape(url)}">The execution in the console</a></p>`;
    }
    byId("details").innerHTML = `<dl>${facts(task)}</dl>${links}`;
    byId("details").hidden = false;
  }

  // Tasks of a lane that overlap are on different rows.
  function packed(visible) {
    const lanes = new Map();
    for (const task of visible) {
      const name = task.lane;
      if (!lanes.has(name)) lanes.set(name, { name, ends: [], bars: [] });
      const lane = lanes.get(name);
      let row = lane.ends.findIndex((end) => end <= first(task));
      if (row < 0) row = lane.ends.push(0) - 1;
      lane.ends[row] = last(task);
      lane.bars.push([task, row]);
    }
    let top = 0;
    const bars = [];
    const labels = [];
    for (const name of [...lanes.keys()].sort()) {
      const lane = lanes.get(name);
      for (const [task, row] of lane.bars) bars.push([task, top + row]);
      labels.push([name, top, top + lane.ends.length]);
      top += lane.ends.length + 1;
    }
    return { bars, labels, rows: Math.max(1, top) };
  }

  function counts(list, groupOf, groups, from, to, intervals) {
    const width = (to - from) / BINS || 1;
    const found = new Map(groups.map((group) => [group, new Float64Array(BINS + 1)]));
    for (const task of list) {
      for (const [key, begin, end] of intervals(task)) {
        if (end <= from || begin >= to) continue;
        const row = found.get(groupOf(task, key));
        if (!row) continue;
        row[Math.max(0, Math.floor((begin - from) / width))] += 1;
        // A short interval counts in its bin.
        row[Math.min(BINS, Math.max(Math.floor((begin - from) / width) + 1, Math.ceil((end - from) / width)))] -= 1;
      }
    }
    for (const row of found.values()) for (let i = 1; i <= BINS; i += 1) row[i] += row[i - 1];
    return found;
  }

  function barSeries({ bars }) {
    const items = [];
    const marked = [];
    for (const [task, row] of bars) {
      for (const [phase, begin, end] of task.phases) {
        items.push({ value: [begin, end, row], task, itemStyle: { color: colour(phases[phase]) } });
      }
      if (task.outcome !== "succeeded") {
        marked.push({ value: [last(task), row], task, itemStyle: { color: colour(task.outcome) } });
      }
    }
    const shape = (api, from, to, row) => {
      const start = api.coord([from, row + 0.12]);
      const end = api.coord([to, row + 0.88]);
      return { x: start[0], y: start[1], width: Math.max(1, end[0] - start[0]), height: Math.max(1, end[1] - start[1]) };
    };
    const bar = (params, api) => ({
      type: "rect", style: { fill: api.visual("color") },
      shape: echarts.graphic.clipRectByRect(shape(api, api.value(0), api.value(1), api.value(2)), params.coordSys) || { width: 0, height: 0 },
    });
    const mark = (params, api) => {
      const at = shape(api, api.value(0), api.value(0), api.value(1));
      const clipped = echarts.graphic.clipRectByRect({ ...at, x: at.x - 2, width: 4 }, params.coordSys);
      return { type: "rect", style: { fill: api.visual("color") }, shape: clipped || { width: 0, height: 0 } };
    };
    const common = { type: "custom", xAxisIndex: 0, yAxisIndex: 0, animation: false, progressive: 0 };
    return [
      { ...common, name: "tasks", renderItem: bar, encode: { x: [0, 1], y: 2 }, data: items },
      { ...common, name: "ends", renderItem: mark, encode: { x: 0, y: 1 }, data: marked, z: 3 },
    ];
  }

  function areas(visible, from, to) {
    const names = [...new Set(visible.map((task) => task.lane))].sort();
    const items = [];
    const labels = [];
    const width = (to - from) / BINS;
    names.forEach((name, index) => {
      const top = index * (AREA_ROWS + 1);
      const bottom = top + AREA_ROWS;
      const inLane = visible.filter((task) => task.lane === name);
      const found = counts(inLane, (_, phase) => phases[phase], phases, from, to, (task) => task.phases);
      const total = Float64Array.from({ length: BINS }, (_, i) => phases.reduce((sum, p) => sum + found.get(p)[i], 0));
      const peak = Math.max(1, ...total);
      labels.push([`${name}\nup to ${peak}`, top, bottom]);
      const below = new Float64Array(BINS);
      for (const phase of [...phases].reverse()) {
        const points = [];
        const back = [];
        for (let i = 0; i < BINS; i += 1) {
          const lower = bottom - (below[i] / peak) * AREA_ROWS;
          below[i] += found.get(phase)[i];
          const upper = bottom - (below[i] / peak) * AREA_ROWS;
          points.push([from + i * width, upper], [from + (i + 1) * width, upper]);
          back.unshift([from + (i + 1) * width, lower], [from + i * width, lower]);
        }
        items.push({ value: [from, top], points: [...points, ...back], itemStyle: { color: colour(phase) } });
      }
    });
    const series = [{
      type: "custom", name: "areas", xAxisIndex: 0, yAxisIndex: 0, animation: false, silent: true, data: items, clip: true,
      encode: { x: 0, y: 1 },
      renderItem: (params, api) => ({
        type: "polygon", style: { fill: api.visual("color") },
        shape: { points: items[params.dataIndex].points.map((point) => api.coord(point)) },
      }),
    }];
    return { series, labels, rows: Math.max(1, names.length * (AREA_ROWS + 1)) };
  }

  function slots(from, to) {
    const width = (to - from) / BINS;
    const held = (task) => {
      const begun = task.phases.find(([p]) => phases[p] !== "waiting");
      return begun ? [[0, begun[1], last(task)]] : [];
    };
    const names = [...new Set(shown.map((task) => task.activity))].sort();
    const found = counts(shown, (task) => task.activity, names, from, to, held);
    const peaks = names.map((name) => [Math.max(...found.get(name)), name]).sort((a, b) => b[0] - a[0]);
    return peaks.slice(0, MAX_LINES).map(([, name]) => {
      const points = Array.from({ length: BINS }, (_, i) => [from + i * width, found.get(name)[i]]);
      const line = { type: "line", name, step: "end", showSymbol: false, animation: false, xAxisIndex: 1, yAxisIndex: 1, data: points, lineStyle: { width: 1.5 } };
      if (data.limits[name]) {
        line.markLine = { symbol: "none", silent: true, lineStyle: { type: "dashed" }, label: { formatter: `${name}: ${data.limits[name]} slots`, position: "insideEndTop" }, data: [{ yAxis: data.limits[name] }] };
      }
      return line;
    });
  }

  function draw() {
    const all = shown.length ? shown : tasks;
    const bounds = [all.reduce((t, task) => Math.min(t, first(task)), Infinity), all.reduce((t, task) => Math.max(t, last(task)), -Infinity)];
    if (bounds[1] <= bounds[0]) bounds[1] = bounds[0] + 1000;
    const [from, to] = view || bounds;
    const visible = shown.filter((task) => last(task) >= from && first(task) <= to);
    const asBars = visible.length <= MAX_BARS;
    const made = asBars ? packed(visible) : areas(visible, from, to);
    const series = asBars ? barSeries(made) : made.series;
    const height = Math.min(1400, Math.max(160, asBars ? made.rows * 9 : made.rows * 10));
    byId("chart").style.height = `${height + 260}px`;
    chart.resize();
    const lines = slots(from, to);
    const text = colour("text");
    const axis = { type: "time", min: bounds[0], max: bounds[1], axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: colour("line") } }, splitLine: { show: true, lineStyle: { color: colour("line") } } };
    const centres = made.labels.map(([, top, bottom]) => (top + bottom) / 2);
    // What the user sets stays: an option for it would end a drag.
    const zoom = { xAxisIndex: [0, 1], filterMode: "none" };
    chart.setOption({
      textStyle: { color: text }, backgroundColor: "transparent", animation: false,
      grid: [{ left: 190, right: 24, top: 12, height }, { left: 190, right: 24, top: height + 60, height: 110 }],
      xAxis: [{ ...axis, gridIndex: 0 }, { ...axis, gridIndex: 1 }],
      yAxis: [
        { gridIndex: 0, type: "value", inverse: true, min: 0, max: made.rows, splitLine: { show: false }, axisTick: { show: false }, axisLine: { show: false },
          axisLabel: { color: text, lineHeight: 15, customValues: centres, width: 175, overflow: "truncate", formatter: (value) => (made.labels[centres.indexOf(value)] || [""])[0] } },
        { gridIndex: 1, type: "value", minInterval: 1, name: "slots in use", nameTextStyle: { color: text, align: "left" }, axisLabel: { color: text }, splitLine: { lineStyle: { color: colour("line") } } },
      ],
      legend: { type: "scroll", bottom: 0, data: lines.map((line) => line.name), textStyle: { color: text } },
      dataZoom: [{ ...zoom, type: "inside" }, { ...zoom, type: "slider", bottom: 26, height: 18, textStyle: { color: text } }],
      tooltip: {
        confine: true, backgroundColor: colour("panel"), borderColor: colour("line"), textStyle: { color: text },
        formatter: (point) => (point.data && point.data.task ? `<div class="tip"><dl>${facts(point.data.task)}</dl></div>` : escape(`${point.seriesName}: ${point.value[1]}`)),
      },
      series: [...series, ...lines],
    }, { replaceMerge: ["series"] });
    byId("hint").textContent = asBars
      ? `${visible.length} tasks in view. Wheel or slider: zoom; hover or click a bar: what happened.`
      : `${visible.length} tasks in view, so the areas show how many are in each phase. Zoom in, or filter, to see each of them.`;
    Object.assign(document.body.dataset, { mode: asBars ? "bars" : "areas", visible: visible.length });
  }

  function quantile(values, part) {
    if (!values.length) return "–";
    const sorted = Float64Array.from(values).sort();
    return duration(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]);
  }

  function summarize() {
    const groups = new Map();
    for (const task of shown) {
      if (!groups.has(task.activity)) groups.set(task.activity, []);
      groups.get(task.activity).push(task);
    }
    const head = ["activity", "tasks", "succeeded", "failed", "cancelled", "open", "waiting, median", "95 %", "running, median", "95 %", "errors"];
    const rows = [...groups.keys()].sort().map((name) => {
      const list = groups.get(name);
      const count = (outcome) => list.filter((task) => task.outcome === outcome).length;
      const waits = list.map((task) => spent(task, "waiting"));
      const runs = list.map((task) => spent(task, "running"));
      const errors = new Map();
      for (const task of list) if (task.error) errors.set(task.error, (errors.get(task.error) || 0) + 1);
      const told = [...errors].sort((a, b) => b[1] - a[1]).slice(0, 5).map(([error, times]) => `${times} ${error}`).join(", ");
      return [name, list.length, ...["succeeded", "failed", "cancelled", "open"].map(count), quantile(waits, 0.5), quantile(waits, 0.95), quantile(runs, 0.5), quantile(runs, 0.95), told];
    });
    const cells = (tag, row) => `<tr>${row.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
    byId("summary").innerHTML = `<thead>${cells("th", head)}</thead><tbody>${rows.map((row) => cells("td", row)).join("")}</tbody>`;
  }

  function matches(task) {
    for (const key of ["activity", "backend", "outcome"]) if (filters[key].has(task[key])) return false;
    if (!filters.text) return true;
    const execution = task.execution === undefined ? "" : data.executions[task.execution];
    return `${task.id} ${task.error || ""} ${task.cause || ""} ${task.job || ""} ${execution}`.toLowerCase().includes(filters.text);
  }

  function update() {
    shown = tasks.filter(matches);
    document.body.dataset.shown = shown.length;
    summarize();
    draw();
  }

  function makeFilters() {
    const form = byId("filters");
    for (const key of ["activity", "backend", "outcome"]) {
      const values = new Map();
      for (const task of tasks) values.set(task[key], (values.get(task[key]) || 0) + 1);
      const set = document.createElement("fieldset");
      set.innerHTML = `<legend>${key}</legend>` + [...values].sort().map(([value, count]) =>
        `<label><input type="checkbox" name="${key}" value="${escape(value)}" checked> ${escape(value)} <span class="count">${count}</span></label>`).join("");
      form.append(set);
    }
    const search = document.createElement("fieldset");
    search.innerHTML = '<legend>task, error, cause, job or execution has</legend><input type="search" name="text">';
    form.append(search);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", (event) => {
      const { name, value, checked } = event.target;
      if (name === "text") filters.text = value.trim().toLowerCase();
      else if (checked) filters[name].delete(value);
      else filters[name].add(value);
      update();
    });
  }

  byId("title").textContent = data.title;
  byId("subtitle").textContent = `${tasks.length} tasks, made ${new Date(data.madeAt).toLocaleString()}`;
  const legend = phases.map((phase) => `<span style="color: var(--${phase})">■</span> ${phase}`).join(" ");
  byId("subtitle").innerHTML += ` &nbsp; ${legend} &nbsp; end: <span style="color: var(--failed)">▌</span>failed <span style="color: var(--cancelled)">▌</span>cancelled`;
  byId("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let pending = 0;
  chart.on("datazoom", () => {
    const { startValue, endValue } = chart.getOption().dataZoom[0];
    view = [startValue, endValue];
    cancelAnimationFrame(pending);
    pending = requestAnimationFrame(draw);
  });
  chart.on("click", (point) => { if (point.data && point.data.task) showDetails(point.data.task); });
  addEventListener("resize", () => chart.resize());
  chart.on("finished", () => {
    if (!document.body.dataset.readyMs) document.body.dataset.readyMs = Math.round(performance.now() - began);
  });
  window.timeline = { chart, zoomTo: (startValue, endValue) => chart.dispatchAction({ type: "dataZoom", startValue, endValue }) };
  makeFilters();
  update();
})();
