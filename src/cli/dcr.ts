#!/usr/bin/env node
import process from 'node:process'
import { surviveBrokenOutput } from './broken-output.js'
import { main } from './main.js'

surviveBrokenOutput()
process.exitCode = await main(process.argv.slice(2))
