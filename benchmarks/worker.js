// One engine from npm in its own process; the same protocol as worker.py. Data come with the order.
const fs = require("fs");
const path = require("path");
const [engine, folder, templatePath] = process.argv.slice(2);
const load = (name) => require(require.resolve(name, { paths: [path.join(folder, "node_modules"), folder] }));
const template = fs.readFileSync(templatePath);

function maker() {
  if (engine === "docxtemplater") {
    const PizZip = load("pizzip");
    const Docxtemplater = load("docxtemplater");
    return async (data) => {
      const doc = new Docxtemplater(new PizZip(template), { paragraphLoop: true });
      doc.render(data);
      return doc.getZip().generate({ type: "nodebuffer", compression: "DEFLATE" });
    };
  }
  if (engine === "easy-template-x") {
    const { TemplateHandler } = load("easy-template-x");
    return async (data) => new TemplateHandler().process(template, data);
  }
  if (engine === "docx-templates") {
    const { createReport } = load("docx-templates");
    return async (data) => Buffer.from(await createReport({ template, data, cmdDelimiter: "+++", noSandbox: true }));
  }
  const carbone = load("carbone");
  return (data) =>
    new Promise((done, fail) => carbone.render(templatePath, data, (error, made) => (error ? fail(error) : done(made))));
}

(async () => {
  const render = maker();
  const lines = require("readline").createInterface({ input: process.stdin });
  for await (const line of lines) {
    const order = JSON.parse(line);
    const times = [];
    let made;
    for (const data of order.inputs) {
      const before = process.cpuUsage();
      made = await render(data);
      const spent = process.cpuUsage(before);
      times.push((spent.user + spent.system) / 1e6);
    }
    if (order.out) fs.writeFileSync(order.out, made);
    console.log(JSON.stringify({ times, size: made.length, peak: process.resourceUsage().maxRSS / 1024, ready: 0 }));
  }
})();
