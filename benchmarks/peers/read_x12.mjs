// Runs in the peers' own folder: reads the files it was named, once for each line on stdin, and says how long.
//
//     node read_x12.mjs x12-parser|node-x12 FILE...
//
// Answers each line with one line of JSON: {"seconds": ..., "segments": ...}.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'

const [name, ...files] = process.argv.slice(2)
const require = createRequire(process.cwd() + '/')
const texts = files.map((file) => readFileSync(file, 'latin1'))

function* pieces(text) {
  for (let at = 0; at < text.length; at += 65536) yield text.slice(at, at + 65536)
}

async function withX12Parser(text) {
  const { X12parser } = require('x12-parser')
  const parser = new X12parser('latin1')
  let segments = 0
  parser.on('data', () => { segments += 1 })
  Readable.from(pieces(text)).pipe(parser)
  await finished(parser)
  return segments
}

async function withNodeX12(text) {
  const { X12Parser } = require('node-x12')
  const interchange = new X12Parser(true, 'latin1').parse(text)
  let segments = 2
  for (const group of interchange.functionalGroups) {
    segments += 2
    for (const transaction of group.transactions) segments += transaction.segments.length + 2
  }
  return segments
}

const read = { 'x12-parser': withX12Parser, 'node-x12': withNodeX12 }[name]
for await (const _line of createInterface({ input: process.stdin })) {
  const began = process.hrtime.bigint()
  let segments = 0
  for (const text of texts) segments += await read(text)
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  process.stdout.write(JSON.stringify({ seconds, segments }) + '\n')
}
