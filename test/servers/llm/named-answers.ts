import { z } from 'zod'
import * as replies from './replies.ts'
import { soundAnswer } from './sound-answer.ts'

/*
 * The answers that a script may name, each with the settings it takes. Every scalar of a script is a text.
 */

const OPTION = z.string().min(1, 'expected the id of an option, such as half_size').optional()
const SECONDS = z
  .string('expected a number of seconds: write it as slow: {seconds: 20}')
  .regex(/^\d{1,4}(\.\d{1,3})?$/, 'expected seconds from 0 to 9999, such as 20')
  .transform(Number)
const RETRY_AFTER = z
  .string()
  .regex(/^\d{1,5}$/, 'expected whole seconds from 0 to 99999, such as 30')
  .transform(Number)
  .default(30)

const takes = <Shape extends z.ZodRawShape>(
  shape: Shape,
  reply: (settings: z.output<z.ZodObject<Shape, z.core.$strict>>) => replies.Reply,
) => {
  const names = Object.keys(shape)
  const known = names.length === 0 ? 'none: write its name alone' : `only ${names.join(' and ')}`
  return z
    .strictObject(shape, {
      error: ({ code }) =>
        code === 'unrecognized_keys'
          ? `is no setting: this answer takes ${known}`
          : 'expected its settings in braces, or its name alone',
    })
    .transform((settings) => ({ settings, reply: reply(settings) }))
    .optional()
}

/** What is right for the prompt of each request, as `write` spoils it. */
const fitting =
  (write: (sound: object) => replies.Reply, option?: string): replies.Reply =>
  (exchange) =>
    write(soundAnswer(exchange.request.prompt, option))(exchange)
const right = (option?: string): replies.Reply => fitting((sound) => replies.says(JSON.stringify(sound)), option)

export const NAMED_ANSWERS = {
  right: takes({ option: OPTION }, ({ option }) => right(option)),
  blank: takes({}, replies.blank),
  'prose around JSON': takes({}, () => fitting(replies.inProse)),
  'cut off': takes({}, replies.cutOff),
  'unknown option': takes({}, () => fitting(replies.unknownOption)),
  'invented numbers': takes({}, () => fitting(replies.inventedNumbers)),
  '10 MB': takes({}, replies.tenMegabytes),
  'deep nesting': takes({}, replies.deeplyNested),
  'injected instructions': takes({}, () => fitting(replies.injected)),
  refusal: takes({}, replies.declined),
  slow: takes({ seconds: SECONDS, option: OPTION }, ({ seconds, option }) =>
    replies.slow(seconds * 1_000, right(option)),
  ),
  hang: takes({}, replies.hangs),
  '429 with retry-after': takes({ seconds: RETRY_AFTER }, ({ seconds }) => replies.rateLimited(seconds)),
  '500': takes({}, () => replies.status(500, 'sorry')),
  'connection reset': takes({}, replies.resets),
}
