/* A card's tick over the usual packets and frames: the same work as intake.py, jitter.py, mixer.py, player.py, recorder.py, media.py,
 * dtmf.py and cng.py do with numpy, in one pass, on the memory of the same numpy arrays. Whatever is unusual (an unknown sender, an event, a late
 * packet, a missing frame, the end of a play, a possible key) is only listed here and done there.
 *
 * One file of over 400 lines, since one call of the compiler makes it: plain C99 and Linux. No memory is allocated, and nothing is kept
 * between two calls but what the arrays have. kernel.py reads the members of struct kernel from this file; each has 8 bytes.
 *
 * Every length, offset and type that comes from a packet is compared before it is used: only a packet of USUAL bytes, whose header is
 * the channel's, is read beyond its header. Rows, slots and ports come from the card alone.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
    FRAME = 160,
    HEADER = 12,
    USUAL = HEADER + FRAME, /* bytes of a packet with a plain header and 20 ms */
    SLOTS = 32,
    FAR_AHEAD = 18 * FRAME,
    JUMP = 3000, /* RFC 3550 A.1, MAX_DROPOUT */
    SECOND = 50, /* frames in a recording's buffer */
    WINDOW = 106,
    TAIL = WINDOW - FRAME / 2,
    TONE_EVERY = 5,
    TONE_WINDOW = 80,
    TABLE_BITS = 14,
    CONTROL = 32, /* bytes of a control message with a timestamp */
    A = 0,
    MU = 1,
    TICK_NS = 20 * 1000 * 1000,
    NS_A_SAMPLE = 125 * 1000
};
enum { QUIET, TONE, OTHER, EDGE };
enum { NOT_BEGUN, RECEIVED, POPPED, SENT }; /* how far kernel_run has come in the tick that Python goes on with */
#define FIRST_WORD 0xFF7F0000u /* the first two bytes of a header word without the marker bit */
#define SPREAD 0x9E3779B97F4A7C15u

struct kernel {
    int64_t rows;         /* of all arrays by row */
    int64_t upto;         /* rows above are unused */
    int64_t tick;
    int64_t due;          /* the time at which the tick was due, samples of the wall clock */
    /* receiving: (batch) */
    int64_t batch;
    int64_t socket_batch; /* datagrams taken from one port at once */
    int64_t rx_row;       /* bytes from one row of rx to the next */
    uint8_t *rx;
    struct mmsghdr *rx_msg;
    uint64_t *rx_address; /* (batch, 2) */
    int64_t *rx_control;  /* (batch, 4): 16 bytes of cmsghdr, seconds, nanoseconds */
    uint64_t *rx_port;
    int64_t *owner;       /* the row of each packet, -1: unknown sender */
    uint8_t *kind;
    int64_t *fds;         /* by port */
    int64_t *ports;       /* those to read */
    int64_t port_count;
    int64_t more;         /* out: datagrams may be left */
    int64_t unknown;      /* out: packets of unknown senders */
    int64_t *irregular;   /* out: packets that are not usual */
    int64_t irregular_count;
    int64_t *late;        /* out: usual packets of rows whose stream is not in order in this batch */
    int64_t late_count;
    uint32_t *mark;       /* by row: the last batch in which the row was not in order */
    int64_t batches;
    /* latches.py, channels.py, quality.py: by row but for the table and the sorted keys */
    int64_t *table;
    uint64_t *key_of;
    uint64_t *keys;
    int64_t *owners;
    int64_t *key_count;
    uint8_t *law;
    uint32_t *first_word;
    uint32_t *far_ssrc;
    int64_t *last_heard;
    int64_t *highest;
    int64_t *packets;
    int32_t *transit;
    float *jitter;
    /* jitter.py */
    uint8_t *ring;        /* (SLOTS, rows, FRAME) */
    uint8_t *have;        /* (SLOTS, rows) */
    int64_t *head;
    uint32_t *next_stamp;
    uint8_t *running;
    int32_t *least;       /* headroom.py */
    int32_t *most;
    uint8_t *missed;
    int64_t gone;         /* the value of missed for a source that is gone */
    /* the frames of this tick */
    int64_t *needed;
    int64_t needed_count;
    uint8_t *whole;       /* by row: the frame was received whole */
    int64_t *lacking;     /* out: needed rows whose frames jitter.py makes */
    int64_t lacking_count;
    /* mixer.py: listeners of one row; mixes */
    int64_t *listeners;
    int64_t *speakers;
    int64_t listener_count;
    int64_t *edges;       /* rows of all groups, one group after the other */
    int64_t *group_sizes;
    int64_t group_count;
    int32_t *totals;      /* (groups, FRAME) */
    int64_t *mixed;       /* listeners of mixes */
    int64_t *mix_of;      /* their groups */
    int64_t mixed_count;
    uint8_t *across;      /* (2, 2, 256) */
    int32_t *decode;      /* (2, 256) */
    uint8_t *encode;      /* (2, 65536) */
    /* player.py */
    int64_t *playing;
    int64_t playing_count;
    int64_t *frame;
    int64_t *step;
    int64_t *left;
    uint8_t *arena;       /* (2, arena_frames, FRAME) */
    int64_t arena_frames;
    int64_t *over;        /* out: rows whose segment has ended */
    int64_t over_count;
    /* recorder.py: by slot */
    int64_t *recorded;    /* rows */
    int64_t *slots;
    int64_t recorded_count;
    uint8_t *said;        /* (slots, SECOND, FRAME) */
    uint8_t *heard;
    int64_t *fill;
    int64_t *quota;
    uint8_t *masked;      /* by row */
    uint8_t *keying;      /* by row: a key's tone is being sent, which no recording may have */
    int64_t *full;        /* out: slots to write */
    int64_t full_count;
    /* media.py */
    uint8_t *tx;          /* (rows, USUAL) */
    uint16_t *seq;
    uint32_t *stamp;
    int64_t *packets_out;
    int64_t *sending;     /* rows */
    int64_t sending_count;
    struct mmsghdr *tx_msg;
    int64_t *run_fds;     /* a run: messages that one port sends */
    int64_t *run_counts;
    int64_t run_count;
    int64_t sent;         /* out */
    int64_t send_errors;  /* out */
    /* dtmf.py */
    int64_t *detected;    /* rows */
    int64_t detected_count;
    float *decode_float;  /* (2, 256) */
    float *goertzel;      /* (WINDOW, 16): cosines, then sines of the eight tones */
    float *limits;        /* least energy, least share, dominance, twist */
    float *tail;          /* (rows, TAIL) */
    int8_t *last;
    int8_t *pressed;
    int64_t *near;        /* out: rows that have or may have a key */
    int64_t *near_slot;   /* out: the slots of their frames */
    int64_t near_count;
    /* cng.py: by row */
    int64_t *watched;     /* rows */
    int64_t watched_count;
    int8_t *tone_before;  /* the sound of the last look */
    int8_t *tone_run;
    float *tone_wave;     /* (TONE_WINDOW, 2): cosine, sine of 1,100 Hz */
    float *tone_limits;   /* most energy of quiet, least energy and share of the tone */
    int64_t *toned;       /* out: rows whose frame has the tone, or the frame before had */
    int64_t *toned_slot;  /* out: the slots of their frames */
    int64_t toned_count;
    /* kernel_run */
    int64_t control;      /* the control socket */
    int64_t due_ns;       /* the next tick's time, monotonic clock */
    int64_t until;        /* the first tick that is not run here */
    int64_t most_late_ns; /* a tick that is later is not run here */
    int64_t received;     /* out: datagrams of the last tick */
    int64_t ran;          /* out: whole ticks, and their datagrams and packets */
    int64_t ran_received;
    int64_t ran_sent;
    double *lateness;     /* ms, of the last ticks in a circle */
    int64_t lateness_size;
    int64_t *lateness_next;
};

int64_t kernel_bytes(void) { return (int64_t)sizeof(struct kernel); }

static uint32_t word(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int64_t owner_of(const struct kernel *k, uint64_t key)
{
    int64_t row = k->table[key * SPREAD >> (64 - TABLE_BITS)];
    if (k->key_of[row] == key)
        return row;
    int64_t low = 0, high = *k->key_count;
    while (low < high) { /* two keys with one place in the table, or an unknown one */
        int64_t middle = (low + high) / 2;
        if (k->keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < *k->key_count && k->keys[low] == key ? k->owners[low] : -1;
}

/* Whether a received row is 20 ms of audio of its channel's source, with a plain header. */
static int is_usual(const struct kernel *k, int64_t at, int64_t row)
{
    const uint8_t *packet = k->rx + at * k->rx_row;
    return k->rx_msg[at].msg_len == USUAL && (word(packet) & FIRST_WORD) == k->first_word[row] &&
           word(packet + 8) == k->far_ssrc[row] && k->running[row];
}

static void count(struct kernel *k, int64_t row, int16_t delta, uint32_t stamp, uint32_t came)
{
    if (delta > 0)
        k->highest[row] += delta;
    k->packets[row] += 1;
    int32_t transit = (int32_t)(came - stamp);
    int32_t moved = (int32_t)((uint32_t)transit - (uint32_t)k->transit[row]);
    float change = moved < -8000 || moved > 8000 ? 0.0f : (float)(moved < 0 ? -moved : moved);
    k->transit[row] = transit;
    k->jitter[row] += (change - k->jitter[row]) * 0.0625f; /* RFC 3550 A.8 */
}

static uint32_t arrival(const struct kernel *k, int64_t at)
{
    const int64_t *time = k->rx_control + 4 * at;
    return (uint32_t)((uint64_t)time[2] * 8000 + ((uint64_t)time[3] * 34360 >> 32));
}

/* Statistics and jitter buffers for the first `received` rows; lists those that are not usual. */
void kernel_sort(struct kernel *k, int64_t received)
{
    const uint32_t batch = (uint32_t)++k->batches;
    int64_t irregular = 0, late = 0;
    for (int64_t at = 0; at < received; at++) {
        int64_t row = k->owner[at];
        k->kind[at] = 0;
        if (row < 0)
            continue;
        if (!is_usual(k, at, row)) {
            k->irregular[irregular++] = at;
            continue;
        }
        uint32_t ahead = word(k->rx + at * k->rx_row + 4) - k->next_stamp[row];
        if (ahead > FAR_AHEAD || ahead % FRAME)
            k->mark[row] = batch;
        k->kind[at] = 1;
        k->last_heard[row] = k->tick;
    }
    for (int64_t at = 0; at < received; at++) {
        if (!k->kind[at])
            continue;
        int64_t row = k->owner[at];
        const uint8_t *packet = k->rx + at * k->rx_row;
        int16_t delta = (int16_t)(uint16_t)((packet[2] << 8 | packet[3]) - (uint16_t)k->highest[row]);
        if (delta > JUMP || delta < -JUMP)
            k->mark[row] = batch;
        if (k->mark[row] == batch) {
            k->late[late++] = at;
            continue;
        }
        uint32_t stamp = word(packet + 4), came = arrival(k, at);
        count(k, row, delta, stamp, came);
        int32_t ahead = (int32_t)(stamp - k->next_stamp[row]);
        int32_t headroom = (int32_t)((uint32_t)ahead + (uint32_t)k->due - came);
        if (headroom < k->least[row])
            k->least[row] = headroom;
        if (headroom > k->most[row])
            k->most[row] = headroom;
        int64_t place = ((k->head[row] + ahead / FRAME) & (SLOTS - 1)) * k->rows + row;
        memcpy(k->ring + place * FRAME, packet + HEADER, FRAME);
        k->have[place] = 3;
    }
    k->irregular_count = irregular;
    k->late_count = late;
}

/* Receives the waiting datagrams of the ports and finds their channels; sorts them, too, where all senders are known. */
int64_t kernel_receive(struct kernel *k)
{
    int64_t filled = 0;
    k->more = k->unknown = 0;
    for (int64_t i = 0; i < k->port_count; i++) {
        int64_t port = k->ports[i], room = k->batch - filled;
        room = room < k->socket_batch ? room : k->socket_batch;
        if (room <= 0) {
            k->more = 1;
            break;
        }
        int got = recvmmsg((int)k->fds[port], k->rx_msg + filled, (unsigned)room, MSG_DONTWAIT, NULL);
        for (int64_t at = filled; at < filled + got; at++) {
            k->rx_msg[at].msg_hdr.msg_controllen = CONTROL; /* the system call has put the used length there */
            k->rx_port[at] = (uint64_t)port;
            k->owner[at] = owner_of(k, (k->rx_address[2 * at] & ~(uint64_t)0xFFFF) | (uint64_t)port);
            k->unknown += k->owner[at] < 0;
        }
        if (got > 0)
            filled += got;
        k->more |= got == room;
    }
    if (!k->unknown)
        kernel_sort(k, filled);
    return filled;
}

static uint8_t silence(int law) { return law == MU ? 0xFF : 0xD5; }

static uint8_t *frame_of(const struct kernel *k, int64_t row)
{
    return k->ring + ((k->head[row] & (SLOTS - 1)) * k->rows + row) * FRAME;
}

static uint8_t *payload_of(const struct kernel *k, int64_t row) { return k->tx + row * USUAL + HEADER; }

/* Looks at this tick's frames of the needed rows; returns the number of those that jitter.py has to make. */
int64_t kernel_pop(struct kernel *k)
{
    k->lacking_count = 0;
    for (int64_t i = 0; i < k->needed_count; i++) {
        int64_t row = k->needed[i];
        uint8_t have = k->have[(k->head[row] & (SLOTS - 1)) * k->rows + row];
        k->whole[row] = have == 3;
        if (have == 3 && !k->missed[row])
            continue;
        if (!have && k->missed[row] == k->gone)
            memset(frame_of(k, row), silence(k->law[row]), FRAME);
        else
            k->lacking[k->lacking_count++] = row;
    }
    return k->lacking_count;
}

static void recode(const uint8_t *table, const uint8_t *from, uint8_t *to)
{
    for (int i = 0; i < FRAME; i++)
        to[i] = table[from[i]];
}

static void mix(struct kernel *k)
{
    const int64_t *row = k->edges;
    for (int64_t group = 0; group < k->group_count; group++) {
        int32_t *total = k->totals + group * FRAME;
        memset(total, 0, FRAME * sizeof *total);
        for (int64_t end = k->group_sizes[group]; end > 0; end--, row++) {
            const uint8_t *frame = frame_of(k, *row);
            const int32_t *linear = k->decode + 256 * k->law[*row];
            for (int i = 0; i < FRAME; i++)
                total[i] += linear[frame[i]];
        }
    }
    for (int64_t n = 0; n < k->mixed_count; n++) {
        int64_t own = k->mixed[n];
        const int32_t *total = k->totals + k->mix_of[n] * FRAME, *linear = k->decode + 256 * k->law[own];
        const uint8_t *frame = frame_of(k, own), *coded = k->encode + 65536 * k->law[own];
        uint8_t *payload = payload_of(k, own);
        for (int i = 0; i < FRAME; i++) {
            int32_t sum = total[i] - linear[frame[i]];
            sum = sum > 32767 ? 32767 : sum < -32768 ? -32768 : sum;
            payload[i] = coded[(uint16_t)sum];
        }
    }
}

static void play(struct kernel *k)
{
    k->over_count = 0;
    for (int64_t n = 0; n < k->playing_count; n++) {
        int64_t row = k->playing[n], law = k->law[row];
        memcpy(payload_of(k, row), k->arena + (law * k->arena_frames + k->frame[row]) * FRAME, FRAME);
        k->frame[row] += k->step[row];
        if (--k->left[row] <= 0)
            k->over[k->over_count++] = row;
    }
}

/* Patches, mixes and plays: the frames that all channels hear. */
void kernel_fill(struct kernel *k)
{
    for (int64_t n = 0; n < k->listener_count; n++) {
        int64_t row = k->listeners[n], other = k->speakers[n];
        if (k->law[row] == k->law[other])
            memcpy(payload_of(k, row), frame_of(k, other), FRAME);
        else
            recode(k->across + (2 * k->law[other] + k->law[row]) * 256, frame_of(k, other), payload_of(k, row));
    }
    mix(k);
    play(k);
}

static void copy_as_a(const struct kernel *k, int law, int silent, const uint8_t *from, uint8_t *to)
{
    if (silent)
        memset(to, silence(A), FRAME);
    else if (law == A)
        memcpy(to, from, FRAME);
    else
        recode(k->across + (2 * MU + A) * 256, from, to);
}

/* Both sides of the recorded rows, as A-law; lists the slots that have enough to be written. */
void kernel_record(struct kernel *k)
{
    k->full_count = 0;
    for (int64_t n = 0; n < k->recorded_count; n++) {
        int64_t row = k->recorded[n], slot = k->slots[n];
        int64_t place = (slot * SECOND + k->fill[slot]) * FRAME;
        copy_as_a(k, k->law[row], k->masked[row], frame_of(k, row), k->said + place);
        copy_as_a(k, k->law[row], k->masked[row] || k->keying[row], payload_of(k, row), k->heard + place);
        if (++k->fill[slot] >= k->quota[slot])
            k->full[k->full_count++] = slot;
    }
}

/* The first frames of a slot's both sides as a WAV file has them: a sample of the left, a sample of the right; `both` has room for them. */
void kernel_interleave(const struct kernel *k, int64_t slot, int64_t frames, uint8_t *restrict both)
{
    const uint8_t *restrict left = k->said + slot * SECOND * FRAME, *restrict right = k->heard + slot * SECOND * FRAME;
    for (int64_t i = 0; i < frames * FRAME; i++) {
        both[2 * i] = left[i];
        both[2 * i + 1] = right[i];
    }
}

/* Sequence numbers and timestamps (RFC 3550 §5.1). */
void kernel_headers(struct kernel *k)
{
    for (int64_t row = 0; row < k->upto; row++)
        k->stamp[row] += FRAME;
    for (int64_t n = 0; n < k->sending_count; n++) {
        int64_t row = k->sending[n];
        uint32_t stamp = k->stamp[row];
        uint16_t seq = ++k->seq[row];
        uint8_t *tx = k->tx + row * USUAL;
        k->packets_out[row] += 1;
        tx[2] = (uint8_t)(seq >> 8), tx[3] = (uint8_t)seq;
        tx[4] = (uint8_t)(stamp >> 24), tx[5] = (uint8_t)(stamp >> 16), tx[6] = (uint8_t)(stamp >> 8), tx[7] = (uint8_t)stamp;
    }
}

void kernel_send(struct kernel *k)
{
    struct mmsghdr *next = k->tx_msg;
    k->sent = 0;
    for (int64_t run = 0; run < k->run_count; next += k->run_counts[run++]) {
        for (int64_t done = 0; done < k->run_counts[run];) {
            int sent = sendmmsg((int)k->run_fds[run], next + done, (unsigned)(k->run_counts[run] - done), MSG_DONTWAIT);
            if (sent > 0) {
                k->sent += sent;
                done += sent;
                continue;
            }
            k->send_errors += 1; /* this packet is refused */
            done += 1;
            if (errno == EAGAIN || errno == ENOBUFS)
                break;
        }
    }
}

/* Whether a window of samples has a key's two tones; see dtmf.classify. */
static int has_key(const struct kernel *k, const float *window)
{
    float total = 0, parts[16] = {0}, power[8], best[2], next[2];
    for (int i = 0; i < WINDOW; i++)
        total += window[i] * window[i];
    if (!(total > k->limits[0]))
        return 0;
    for (int i = 0; i < WINDOW; i++)
        for (int tone = 0; tone < 16; tone++)
            parts[tone] += window[i] * k->goertzel[16 * i + tone];
    for (int tone = 0; tone < 8; tone++)
        power[tone] = (parts[tone] * parts[tone] + parts[tone + 8] * parts[tone + 8]) * (2.0f / WINDOW);
    for (int group = 0; group < 2; group++) {
        best[group] = next[group] = -1;
        for (int tone = 4 * group; tone < 4 * group + 4; tone++) {
            if (power[tone] > best[group])
                next[group] = best[group], best[group] = power[tone];
            else if (power[tone] > next[group])
                next[group] = power[tone];
        }
    }
    return best[0] + best[1] > k->limits[1] * total && best[0] > k->limits[2] * next[0] &&
           best[1] > k->limits[2] * next[1] && best[0] < k->limits[3] * best[1] && best[1] < k->limits[3] * best[0];
}

/* In-band keys: looks at the last window of the frames; rows with a key in it or before are listed for dtmf.py. */
void kernel_detect(struct kernel *k)
{
    float window[WINDOW];
    k->near_count = 0;
    for (int64_t n = 0; n < k->detected_count; n++) {
        int64_t row = k->detected[n];
        if (!k->whole[row])
            continue;
        const uint8_t *frame = frame_of(k, row) + FRAME - WINDOW;
        const float *linear = k->decode_float + 256 * k->law[row];
        for (int i = 0; i < WINDOW; i++)
            window[i] = linear[frame[i]];
        if (k->last[row] >= 0 || k->pressed[row] >= 0 || has_key(k, window)) {
            k->near_slot[k->near_count] = k->head[row] & (SLOTS - 1);
            k->near[k->near_count++] = row;
        } else {
            memcpy(k->tail + row * TAIL, window + WINDOW - TAIL, TAIL * sizeof *window);
        }
    }
}

/* What the middle of a frame has; see cng.classify. */
static int sound_of(const struct kernel *k, const float *linear, const uint8_t *frame)
{
    float total = 0, cosine = 0, sine = 0;
    for (int i = 0; i < TONE_WINDOW; i++) {
        float sample = linear[frame[i]];
        total += sample * sample;
        cosine += sample * k->tone_wave[2 * i];
        sine += sample * k->tone_wave[2 * i + 1];
    }
    if (total < k->tone_limits[0])
        return QUIET;
    float tone = (cosine * cosine + sine * sine) * (2.0f / TONE_WINDOW);
    return total > k->tone_limits[1] && tone > k->tone_limits[2] * total ? TONE : OTHER;
}

/* CNG: looks at one frame in TONE_EVERY of the watched rows; rows with the tone in it or before are listed for cng.py. */
void kernel_tones(struct kernel *k)
{
    k->toned_count = 0;
    if (k->tick % TONE_EVERY)
        return;
    for (int64_t n = 0; n < k->watched_count; n++) {
        int64_t row = k->watched[n], slot = k->head[row] & (SLOTS - 1);
        if (k->have[slot * k->rows + row] != 3)
            continue;
        int sound = sound_of(k, k->decode_float + 256 * k->law[row], frame_of(k, row) + (FRAME - TONE_WINDOW) / 2);
        if (sound == TONE || k->tone_run[row]) {
            k->toned_slot[k->toned_count] = slot;
            k->toned[k->toned_count++] = row;
        } else {
            k->tone_before[row] = (int8_t)(sound == OTHER && k->tone_before[row] == QUIET ? EDGE : sound);
        }
    }
}

/* The jitter buffers go on by one frame. */
void kernel_advance(struct kernel *k)
{
    for (int64_t row = 0; row < k->upto; row++) {
        k->have[(k->head[row] & (SLOTS - 1)) * k->rows + row] = 0;
        k->head[row] += 1;
        k->next_stamp[row] += FRAME;
    }
}

/* All of a tick after kernel_pop, where no channel sends a key. */
void kernel_media(struct kernel *k)
{
    kernel_fill(k);
    kernel_record(k);
    kernel_headers(k);
    kernel_send(k);
    kernel_detect(k);
    kernel_tones(k);
    kernel_advance(k);
}

static int64_t nanoseconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Waits for the next tick; 0 when a command comes first, or a signal. */
static int wait_for_tick(const struct kernel *k)
{
    int64_t left = k->due_ns - nanoseconds(CLOCK_MONOTONIC);
    left = left > 0 ? left : 0;
    struct timespec time = {left / 1000000000, left % 1000000000};
    struct pollfd control = {(int)k->control, POLLIN, 0};
    return ppoll(&control, 1, &time, NULL) == 0;
}

/* Runs ticks as long as they need nothing but this file, until the tick `until`, a command or a tick that is too late; returns how far
 * the tick has come that Python goes on with. */
int64_t kernel_run(struct kernel *k)
{
    k->ran = k->ran_received = k->ran_sent = 0;
    while (k->tick + 1 < k->until && wait_for_tick(k)) {
        int64_t late = nanoseconds(CLOCK_MONOTONIC) - k->due_ns;
        if (late > k->most_late_ns)
            break;
        k->lateness[(*k->lateness_next)++ % k->lateness_size] = (double)late / 1e6;
        k->due = (nanoseconds(CLOCK_REALTIME) - late) / NS_A_SAMPLE;
        k->due_ns += TICK_NS;
        k->tick += 1;
        k->received = kernel_receive(k);
        if (k->more || k->unknown || k->irregular_count || k->late_count)
            return RECEIVED;
        if (kernel_pop(k))
            return POPPED;
        kernel_media(k);
        if (k->over_count || k->full_count || k->near_count || k->toned_count)
            return SENT;
        k->ran += 1;
        k->ran_received += k->received;
        k->ran_sent += k->sent;
    }
    return NOT_BEGUN;
}
