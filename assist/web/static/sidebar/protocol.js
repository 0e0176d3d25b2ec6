/**
 * The shapes of `docs/protocol.md`, for the type checker; there is no code here.
 *
 * @typedef {object} WireError What went wrong, where, and what to do.
 * @property {string} code
 * @property {string} message
 * @property {string} [where]
 * @property {string} [hint]
 *
 * @typedef {object} Person
 * @property {number} id
 * @property {string} name
 * @property {string} [role]
 * @property {string} [initials]
 * @property {boolean} [you]
 *
 * @typedef {object} TicketHead
 * @property {number} id
 * @property {string} source
 * @property {string} ticket The helpdesk's own id.
 * @property {string | null} subject
 * @property {string | null} brand
 * @property {string | null} language
 * @property {string | null} channel
 * @property {string} status
 * @property {string | null} group
 * @property {string | null} intent
 * @property {string | null} priority
 * @property {number} version
 * @property {number} messages_total
 * @property {number} internal_notes
 * @property {string | null} requester
 *
 * @typedef {object} CaseLine
 * @property {string} text
 * @property {number[]} messages Positions, from 1.
 * @property {boolean} internal
 *
 * @typedef {object} CaseSummary
 * @property {CaseLine | null} request
 * @property {CaseLine[]} done
 * @property {CaseLine[]} promised
 * @property {CaseLine[]} open
 * @property {{label: string, was: string | null, messages: number[], contacts: number}} mood
 * @property {CaseLine | null} next_step
 * @property {number} upto
 * @property {string} engine
 *
 * @typedef {object} Guess One side of triage; a null value says nothing.
 * @property {string | null} value
 * @property {number} confidence
 * @property {string} because
 * @property {Record<string, string | number>} told
 *
 * @typedef {object} Triage
 * @property {Guess} intent
 * @property {Guess} sentiment
 * @property {Guess} urgency
 * @property {Guess} language
 * @property {Guess} product
 * @property {Guess} duplicate
 * @property {Guess} team
 * @property {string | null} corrected The intent an agent chose.
 *
 * @typedef {object} Sentence
 * @property {string} text
 * @property {"greeting" | "sourced" | "case" | "question" | "closing" | "unsupported"} kind
 * @property {number[]} sources
 * @property {boolean} internal
 * @property {boolean} paragraph
 * @property {Flag[]} [flags] What guards object to.
 * @property {boolean} [held] Kept out of the draft for that, until an agent adds it.
 *
 * @typedef {object} Flag
 * @property {string} guard
 * @property {Record<string, string>} why By language; "en" is always there.
 * @property {"subject" | "name" | "attachment" | "quote" | "signature" | null} [place] Where in a message it stands.
 *
 * @typedef {object} Finding What input guards found in a message.
 * @property {number} position
 * @property {Flag[]} flags
 *
 * @typedef {object} Draft
 * @property {string} label
 * @property {Sentence[]} sentences
 *
 * @typedef {object} Source
 * @property {number} n
 * @property {"ticket" | "article"} kind
 * @property {string} title
 * @property {string} text
 * @property {string | null} [problem]
 * @property {number} score
 * @property {string[]} matched_terms
 * @property {"public" | "internal"} visibility
 * @property {number | null} [age_days]
 * @property {string | null} [reviewed_at]
 * @property {string | null} [url]
 * @property {"resolved" | "reopened" | null} [outcome]
 * @property {number | null} [replies]
 * @property {number | null} [csat]
 * @property {Flag[]} [flags] What input guards found in it.
 *
 * @typedef {object} Notice What the policy says to a suggestion.
 * @property {"topic" | "language" | "switch" | "engine"} kind
 * @property {"no_draft" | "warn" | "second_approval" | "hand_off" | "off" | "instead"} action
 * @property {Record<string, string>} why By language; "en" is always there.
 * @property {string | null} topic
 * @property {"case" | "draft" | null} where
 * @property {string} found The words that tell the topic.
 *
 * @typedef {object} Use How the assistant may be used, by language.
 * @property {string} policy
 * @property {string} statement What is accepted, by its identity.
 * @property {boolean} accepted
 * @property {Record<string, string>} acceptable_use
 * @property {Record<string, string[]>} prohibited
 * @property {Record<string, string[]>} guidance
 *
 * @typedef {object} Suggestion
 * @property {string} id
 * @property {"running" | "done" | "stopped" | "failed" | "stale"} status
 * @property {string} engine
 * @property {string} [model]
 * @property {Draft[]} drafts
 * @property {Source[]} sources
 * @property {boolean} abstained
 * @property {string[]} missing
 * @property {Notice[]} [notices]
 * @property {string | null} stale_reason
 * @property {string | null} [stale_by]
 * @property {string | null} [error]
 * @property {string | null} [by]
 * @property {string} [trigger]
 * @property {number | null} [first_draft_ms]
 * @property {number | null} [total_ms]
 * @property {number} [tokens_in]
 * @property {number} [tokens_out]
 * @property {number} [cost] In millionths of a cent.
 * @property {string} [prompt_version]
 *
 * @typedef {object} TicketState What `ticket_open` acknowledges.
 * @property {TicketHead} ticket
 * @property {CaseSummary | null} case
 * @property {Finding[]} findings
 * @property {Triage | null} triage
 * @property {string[]} intents The labels an agent may choose.
 * @property {Use} use
 * @property {Suggestion | null} suggestion
 * @property {Source[]} sources
 * @property {Person[]} presence
 * @property {number} seq
 * @property {[string, Record<string, any>][] | null} [replay]
 *
 * @typedef {object} Leaving One call: what a model or an embedding server was sent, or would be.
 * @property {"chat" | "embedding"} kind
 * @property {string} task
 * @property {string} name The model; empty when none is set.
 * @property {string} vendor
 * @property {{role: string, text: string}[]} texts
 * @property {string} [at]
 *
 * @typedef {{calls: Leaving[], would: Leaving | null}} Leaves
 *
 * @typedef {object} Waiting An approval that waits for a second person.
 * @property {string} id
 * @property {string} needs The restricted subject.
 * @property {string} by
 * @property {boolean} mine
 * @property {boolean} may_decide
 * @property {string} text
 * @property {string} text_hash
 *
 * @typedef {["=" | "-" | "+", string]} DiffPart
 * @typedef {{text: string, diff: DiffPart[], engine: string, notes: string[]}} EditResult
 * @typedef {"shorter" | "friendlier" | "formal" | "spelling" | "instruction"} EditAction
 * @typedef {{source: string, ticket: string}} TicketRef
 * @typedef {"shown" | "opened" | "inserted" | "copied" | "edited" | "rejected" | "source_opened"} Signal
 */
export {};
