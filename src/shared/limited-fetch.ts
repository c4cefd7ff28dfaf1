class TooLong extends Error {}

/** Whether this is why reading an answer failed, directly or at the bottom of it. */
export const isTooLong = (error: unknown): boolean =>
  error instanceof TooLong || (error instanceof Error && error.cause !== undefined && isTooLong(error.cause))

/**
 * `fetch` whose answers break off after so many bytes: a client library reads whatever it is sent, into memory.
 *
 * @param limit bytes of a body, unpacked.
 */
export const limitedFetch =
  (limit: number): typeof fetch =>
  async (input, init) => {
    const response = await fetch(input, init)
    if (response.body === null) return response
    let size = 0
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          size += chunk.length
          if (size > limit) controller.error(new TooLong(`it has more than ${limit} bytes`))
          else controller.enqueue(chunk)
        },
      }),
    )
    const { status, statusText, headers } = response
    return new Response(counted, { status, statusText, headers })
  }

/** More than any model answers, thinking included. */
export const ANSWER_BYTES = 1_000_000
