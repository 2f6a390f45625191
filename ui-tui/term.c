/* term.c - see term.h. */
#include "ui-tui/term.h"

#include <curses.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

/* How an ink looks: with 256 colours, with 8 or 16, with none. -1 is the terminal's own colour. */
static const struct {
    short front_256, back_256;
    attr_t attr_256;
    short front_8, back_8;
    attr_t attr_8;
    attr_t attr_mono;
} looks[INKS] = {
    [INK_PLAIN] = {-1, -1, A_NORMAL, -1, -1, A_NORMAL, A_NORMAL},
    [INK_DIM] = {245, -1, A_NORMAL, -1, -1, A_DIM, A_DIM},
    [INK_STRONG] = {-1, -1, A_BOLD, -1, -1, A_BOLD, A_BOLD},
    [INK_HEADER] = {254, 238, A_NORMAL, COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_UNDERLINE},
    [INK_SORTED] = {222, 238, A_BOLD, COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_UNDERLINE | A_BOLD},
    [INK_TAB] = {252, 235, A_NORMAL, -1, -1, A_NORMAL, A_NORMAL},
    [INK_TAB_OPEN] = {231, 31, A_BOLD, COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE},
    [INK_KEY] = {231, 235, A_BOLD, -1, -1, A_BOLD, A_BOLD},
    [INK_LABEL] = {248, 235, A_NORMAL, -1, -1, A_NORMAL, A_NORMAL},
    [INK_SELECTED] = {231, 31, A_NORMAL, COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE},
    [INK_ACCENT] = {38, -1, A_NORMAL, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [INK_GOOD] = {35, -1, A_NORMAL, COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
    [INK_WARN] = {178, -1, A_NORMAL, COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
    [INK_BAD] = {203, -1, A_BOLD, COLOR_RED, -1, A_BOLD, A_BOLD},
    [INK_ALERT] = {16, 178, A_BOLD, COLOR_BLACK, COLOR_YELLOW, A_NORMAL, A_REVERSE},
};

static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
static const int crashing[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
enum {
    ENDING = sizeof ending / sizeof *ending,
    CRASHING = sizeof crashing / sizeof *crashing,
};

static SCREEN *screen;
static attr_t attrs[INKS]; /* as this terminal has them, colour pair included */
static volatile sig_atomic_t interrupted;
static struct sigaction before_ending[ENDING], before_crash[CRASHING];

/* For a crash, when ncurses cannot be called: the modes and bytes that undo what was set up. */
static struct termios modes_before;
static char undo[256];
static size_t undo_len;

static void note_signal(int signal)
{
    (void)signal;
    interrupted = 1;
}

/* Calls only what may be called in a handler, then lets the crash go its way. */
static void rescue_terminal(int signal)
{
    if (write(STDOUT_FILENO, undo, undo_len) < 0)
        undo_len = 0; /* there is no terminal any more */
    tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    for (int i = 0; i < CRASHING; i++)
        sigaction(crashing[i], &before_crash[i], NULL);
    raise(signal); /* delivered when this returns */
}

static void catch_signals(void)
{
    struct sigaction end = {.sa_handler = note_signal};
    struct sigaction crash = {.sa_handler = rescue_terminal};
    for (int i = 0; i < ENDING; i++)
        sigaction(ending[i], &end, &before_ending[i]);
    for (int i = 0; i < CRASHING; i++)
        sigaction(crashing[i], &crash, &before_crash[i]);
}

static void release_signals(void)
{
    for (int i = 0; i < ENDING; i++)
        sigaction(ending[i], &before_ending[i], NULL);
    for (int i = 0; i < CRASHING; i++)
        sigaction(crashing[i], &before_crash[i], NULL);
}

static void prepare_undo(void)
{
    static const char *const names[] = {"sgr0", "rmkx", "cnorm", "rmcup"};
    static const char mouse_off[] = "\033[?1006;1000l";
    const char *mouse = tigetstr("kmous");
    undo_len = 0;
    if (mouse && mouse != (const char *)-1) {
        memcpy(undo, mouse_off, sizeof mouse_off - 1);
        undo_len = sizeof mouse_off - 1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *code = tigetstr(names[i]);
        if (!code || code == (const char *)-1 || strstr(code, "$<"))
            continue; /* none, or one that needs delays */
        size_t len = strlen(code);
        if (undo_len + len > sizeof undo)
            continue;
        memcpy(undo + undo_len, code, len);
        undo_len += len;
    }
}

static void choose_looks(bool no_color)
{
    bool color = !no_color && has_colors() && start_color() == OK && use_default_colors() == OK;
    bool many = color && COLORS >= 256;
    for (int i = 0; i < INKS; i++) {
        attrs[i] = !color ? looks[i].attr_mono : many ? looks[i].attr_256 : looks[i].attr_8;
        if (!color)
            continue;
        if (many)
            init_pair((short)(i + 1), looks[i].front_256, looks[i].back_256);
        else
            init_pair((short)(i + 1), looks[i].front_8, looks[i].back_8);
        attrs[i] |= (attr_t)COLOR_PAIR(i + 1);
    }
}

bool term_open(bool no_color, struct err *err)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &modes_before) != 0)
        return err_set(err, "tui: standard input is no terminal; use --batch in scripts");
    if (!name || !*name || strcmp(name, "dumb") == 0)
        return err_set(err, "tui: TERM=%s cannot show a screen; set TERM, or use --batch",
                       name ? name : "");
    screen = newterm(NULL, stdout, stdin);
    if (!screen)
        return err_set(err,
                       "tui: terminal \"%s\" is not known here; set TERM to xterm or vt100, or "
                       "use --batch",
                       name);
    static bool at_exit;
    if (!at_exit)
        at_exit = atexit(term_close) == 0;
    prepare_undo();
    catch_signals();
    choose_looks(no_color);
    set_escdelay(25);
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    keypad(stdscr, TRUE);
    mouseinterval(0);
    mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
    return true;
}

void term_close(void)
{
    if (!screen)
        return;
    endwin();
    release_signals();
    delscreen(screen);
    screen = NULL;
}

void term_size(int *ret_rows, int *ret_columns)
{
    getmaxyx(stdscr, *ret_rows, *ret_columns);
}

static void show_cell(int row, int column, const struct cell *cell)
{
    wchar_t text[CELL_POINTS + 1] = {0};
    cchar_t shown;
    attr_t attr = attrs[cell->ink];
    for (int i = 0; i < CELL_POINTS; i++)
        text[i] = (wchar_t)cell->point[i];
    if (setcchar(&shown, text, attr & ~(attr_t)A_COLOR, (short)PAIR_NUMBER(attr), NULL) == OK)
        mvadd_wch(row, column, &shown);
}

void term_show(const struct canvas *c)
{
    int rows, columns;
    term_size(&rows, &columns);
    for (int row = 0; row < c->rows && row < rows; row++) {
        const struct cell *cell = &c->cell[(size_t)row * (size_t)c->columns];
        for (int column = 0; column < c->columns && column < columns; column++) {
            if (cell[column].point[0])
                show_cell(row, column, &cell[column]);
        }
    }
    wnoutrefresh(stdscr);
    doupdate();
}

static struct key mouse_key(void)
{
    MEVENT event;
    if (getmouse(&event) != OK)
        return (struct key){.code = KEYCODE_NONE};
    struct key key = {.code = KEYCODE_NONE, .row = event.y, .column = event.x};
    if (event.bstate & BUTTON1_PRESSED)
        key.code = KEYCODE_CLICK;
    else if (event.bstate & BUTTON4_PRESSED)
        key.code = KEYCODE_WHEEL_UP;
    else if (event.bstate & BUTTON5_PRESSED)
        key.code = KEYCODE_WHEEL_DOWN;
    return key;
}

/* What ncurses has a name for. */
static struct key named_key(wint_t code)
{
    static const struct {
        wint_t theirs;
        uint32_t ours;
    } names[] = {
        {KEY_UP, KEYCODE_UP},         {KEY_DOWN, KEYCODE_DOWN},
        {KEY_LEFT, KEYCODE_LEFT},     {KEY_RIGHT, KEYCODE_RIGHT},
        {KEY_HOME, KEYCODE_HOME},     {KEY_END, KEYCODE_END},
        {KEY_PPAGE, KEYCODE_PAGE_UP}, {KEY_NPAGE, KEYCODE_PAGE_DOWN},
        {KEY_DC, KEYCODE_DELETE},     {KEY_BTAB, KEYCODE_BACK_TAB},
        {KEY_ENTER, KEYCODE_ENTER},   {KEY_BACKSPACE, KEYCODE_BACKSPACE},
        {KEY_RESIZE, KEYCODE_RESIZE},
    };
    if (code == KEY_MOUSE)
        return mouse_key();
    if (code >= KEY_F(1) && code <= KEY_F(10))
        return (struct key){.code = KEYCODE_F1 + (uint32_t)(code - KEY_F(1))};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].theirs == code)
            return (struct key){.code = names[i].ours};
    }
    return (struct key){.code = KEYCODE_NONE};
}

struct key term_key(int timeout_ms)
{
    wint_t code = 0;
    wtimeout(stdscr, timeout_ms);
    int kind = wget_wch(stdscr, &code);
    if (kind == KEY_CODE_YES)
        return named_key(code);
    if (kind != OK)
        return (struct key){.code = KEYCODE_NONE};
    if (code == '\n' || code == '\r')
        return (struct key){.code = KEYCODE_ENTER};
    if (code == '\b')
        return (struct key){.code = KEYCODE_BACKSPACE};
    return (struct key){.code = code};
}

bool term_interrupted(void)
{
    return interrupted;
}

bool term_wants_ascii(void)
{
    const char *name = getenv("TERM");
    setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") != 0 || (name && strcmp(name, "linux") == 0);
}
