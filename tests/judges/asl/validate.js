// Judges state machines by asl-validator. Standard input: an array of definitions; standard output: for each, its faults.
"use strict";
const validator = require("asl-validator");

function faults(definition) {
  try {
    return validator(definition).errors.map((error) => `${error["Error code"]}: ${error.Message}`);
  } catch (error) {
    // It throws at what has no states to look at.
    return [`UNREADABLE: ${error.message}`];
  }
}

const definitions = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(definitions.map(faults)));
