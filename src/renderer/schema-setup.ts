import { z } from 'zod'

// Before any schema is made: the content security policy forbids making code from text, which zod would otherwise try.
z.config({ jitless: true })
