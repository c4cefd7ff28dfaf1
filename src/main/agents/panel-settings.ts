import { z } from 'zod'
import type { Decimal } from '../../shared/money.ts'
import { decimalOf, flag, integer, isPrivate, number, text, webAddress } from '../../shared/setting.ts'
import { SECOND } from '../../shared/time.ts'
import type { WantedModel } from '../ports.ts'

/** A provider and what it is called: a name that can stand in a sentence, and among the voices. */
const member = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._:-]{0,29}$/, 'expected a name such as deepseek'),
    base_url: webAddress,
    model: text,
    key_env: z
      .string()
      .regex(/^([A-Z][A-Z0-9_]*)?$/, 'expected the name of a variable such as MODEL_KEY')
      // What opens the account is for nobody but the exchange.
      .regex(/^(?!KRAKEN)/, 'expected the name of a variable with the key of a model'),
    max_output_tokens: integer(16, 32_000),
    usd_per_million_input: decimalOf<Decimal>('0', '1000'),
    usd_per_million_output: decimalOf<Decimal>('0', '1000'),
  })
  .refine(({ base_url, key_env }) => key_env === '' || isPrivate(base_url), {
    message: 'expected https, because a key is sent there (http leads to this machine only)',
    path: ['base_url'],
  })

/** The keys of `panel` in the block of an agent that asks one; what they mean stands there. */
export const panelSettings = z
  .strictObject({
    enabled: flag,
    weight: number('0.01', '100'),
    ask_time_limit_seconds: integer(1, 599),
    members: z.array(member).max(9, 'expected at most 9 models'),
  })
  .refine(({ members }) => new Set(members.map(({ name }) => name)).size === members.length, {
    message: 'expected each model to have a name of its own',
    path: ['members'],
  })
  .refine(({ enabled, members }) => !enabled || members.length > 0, {
    message: 'expected at least one model where the panel is enabled',
    path: ['members'],
  })

type PanelSettings = z.infer<typeof panelSettings>

export const wantedModels = ({ ask_time_limit_seconds, members }: PanelSettings): readonly WantedModel[] =>
  members.map((each) => ({
    name: each.name,
    baseUrl: each.base_url,
    model: each.model,
    keyEnv: each.key_env,
    timeLimitMs: ask_time_limit_seconds * SECOND,
    maxOutputTokens: each.max_output_tokens,
    usdPerMillionInput: each.usd_per_million_input,
    usdPerMillionOutput: each.usd_per_million_output,
  }))
