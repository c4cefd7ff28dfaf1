import fc from 'fast-check'

/** The same cases in every run, so that what fails once fails again; `SEED=n npx vitest run …` draws others. */
fc.configureGlobal({ seed: Number(process.env.SEED ?? 20_261_124) })
