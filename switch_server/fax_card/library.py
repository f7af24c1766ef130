"""spandsp 0.0.6 (Debian ``libspandsp2``) by cffi's ABI mode: no compiler and no header is needed where it runs.

Only what the fax card uses is declared. ``load`` is called once by the process; its result is the C library, ``FFI`` makes C values.
"""

from typing import Any, Final

import cffi

from switch_server.fax_card import NoSpandsp

FFI: Final[Any] = cffi.FFI()
FFI.cdef("""
typedef struct t30_state_s t30_state_t;
typedef struct fax_state_s fax_state_t;
typedef struct t38_core_state_s t38_core_state_t;
typedef struct t38_terminal_state_s t38_terminal_state_t;
typedef struct g711_state_s g711_state_t;
typedef struct {
    int bit_rate; int error_correcting_mode; int pages_tx; int pages_rx; int pages_in_file;
    int x_resolution; int y_resolution; int width; int length; int image_size; int encoding;
    int bad_rows; int longest_bad_row_run; int error_correcting_mode_retries; int current_status;
    int spare[16];
} t30_stats_t;
typedef int (*t30_phase_b_handler_t)(t30_state_t *s, void *user, int result);
typedef int (*t30_phase_d_handler_t)(t30_state_t *s, void *user, int result);
typedef void (*t30_phase_e_handler_t)(t30_state_t *s, void *user, int code);
typedef void (*t30_real_time_frame_handler_t)(t30_state_t *s, void *user, int direction, const uint8_t *msg, int len);
typedef int (*t38_tx_packet_handler_t)(t38_core_state_t *s, void *user, const uint8_t *buf, int len, int count);

fax_state_t *fax_init(fax_state_t *s, int calling_party);
int fax_free(fax_state_t *s);
int fax_rx(fax_state_t *s, int16_t *amp, int len);
int fax_tx(fax_state_t *s, int16_t *amp, int max_len);
void fax_set_transmit_on_idle(fax_state_t *s, int on);
t30_state_t *fax_get_t30_state(fax_state_t *s);

void t30_set_tx_file(t30_state_t *s, const char *file, int start_page, int stop_page);
void t30_set_rx_file(t30_state_t *s, const char *file, int stop_page);
int t30_set_tx_ident(t30_state_t *s, const char *id);
const char *t30_get_rx_ident(t30_state_t *s);
int t30_set_ecm_capability(t30_state_t *s, int enabled);
int t30_set_rx_encoding(t30_state_t *s, int encoding);
int t30_set_supported_modems(t30_state_t *s, int modems);
int t30_set_supported_compressions(t30_state_t *s, int compressions);
int t30_set_supported_resolutions(t30_state_t *s, int resolutions);
int t30_set_supported_image_sizes(t30_state_t *s, int sizes);
void t30_set_phase_b_handler(t30_state_t *s, t30_phase_b_handler_t handler, void *user);
void t30_set_phase_d_handler(t30_state_t *s, t30_phase_d_handler_t handler, void *user);
void t30_set_phase_e_handler(t30_state_t *s, t30_phase_e_handler_t handler, void *user);
void t30_set_real_time_frame_handler(t30_state_t *s, t30_real_time_frame_handler_t handler, void *user);
void t30_get_transfer_statistics(t30_state_t *s, t30_stats_t *t);
void t30_terminate(t30_state_t *s);

t38_terminal_state_t *t38_terminal_init(t38_terminal_state_t *s, int calling_party, t38_tx_packet_handler_t handler, void *user);
int t38_terminal_free(t38_terminal_state_t *s);
int t38_terminal_send_timeout(t38_terminal_state_t *s, int samples);
t30_state_t *t38_terminal_get_t30_state(t38_terminal_state_t *s);
t38_core_state_t *t38_terminal_get_t38_core_state(t38_terminal_state_t *s);
void t38_set_t38_version(t38_core_state_t *s, int version);
int t38_core_rx_ifp_packet(t38_core_state_t *s, const uint8_t *buf, int len, uint16_t seq_no);

g711_state_t *g711_init(g711_state_t *s, int mode);
int g711_decode(g711_state_t *s, int16_t *amp, const uint8_t *data, int bytes);
int g711_encode(g711_state_t *s, uint8_t *data, const int16_t *amp, int len);
int g711_free(g711_state_t *s);
""")

NAME: Final = "libspandsp.so.2"
PACKAGE: Final = "libspandsp2"
NULL: Final[Any] = FFI.NULL


def load() -> Any:
    """The library; raises ``NoSpandsp`` where it is missing or lacks a function (another version)."""
    try:
        library: Any = FFI.dlopen(NAME)
    except OSError as error:
        raise NoSpandsp(f"{NAME} is missing: install {PACKAGE} (apt-get install {PACKAGE}): {error}") from error
    try:
        library.fax_init, library.t30_set_real_time_frame_handler, library.t38_terminal_init, library.g711_init  # noqa: B018  # looked up
    except AttributeError as error:
        raise NoSpandsp(f"{NAME} is not version 0.0.6 of spandsp, as {PACKAGE} of Debian 12 has it: {error}") from error
    return library
