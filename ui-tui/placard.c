/* placard.c - see placard.h. */
#include "ui-tui/placard.h"

#include "ui-tui/wrap.h"

void placard_no_database(const struct pane *pane, const char *path, const char *why)
{
    int row = pane->rows > 14 ? 2 : 0;
    pane_printf(pane, row++, 2, INK_STRONG, "Waiting for a database");
    row++;
    struct pane text = pane_part(pane, 0, 2, pane->rows, pane->columns - 4);
    row = wrap_draw(&text, row, INK_WARN, why) + 1;
    pane_text(pane, row++, 2, INK_DIM, "This screen looks again every second. To fill it:");
    row++;
    pane_text(pane, row, 4, INK_PLAIN, "live");
    pane_printf(pane, row++, 12, INK_ACCENT, "tapgraph capture -i eth1 --db %s", path);
    pane_text(pane, row, 4, INK_PLAIN, "a file");
    pane_printf(pane, row++, 12, INK_ACCENT, "tapgraph replay FILE.pcap --db %s", path);
    row++;
    pane_text(pane, row++, 2, INK_DIM, "If the collector runs already, it may write another file.");
}

void placard_no_traffic(const struct pane *pane, const char *path)
{
    int row = pane->rows > 14 ? 2 : 0;
    pane_text(pane, row++, 2, INK_STRONG, "No traffic yet");
    row++;
    pane_printf(pane, row++, 2, INK_DIM, "%s is there, but holds no window so far.", path);
    pane_text(pane, row++, 2, INK_DIM, "The first one takes a few seconds. If it does not come:");
    row++;
    pane_text(pane, row++, 4, INK_PLAIN, "● is the mirror port on, and does it lead here?");
    pane_text(pane, row, 4, INK_PLAIN, "● is this the interface?");
    pane_text(pane, row++, 36, INK_ACCENT, "ip -s link  (RX must grow)");
    pane_text(pane, row, 4, INK_PLAIN, "● does a filter hide all of it?");
    pane_text(pane, row++, 36, INK_ACCENT, "tcpdump -ni IFACE");
    pane_text(pane, row, 4, INK_PLAIN, "● what does the collector say?");
    pane_printf(pane, row++, 36, INK_ACCENT, "tapgraph health --db %s", path);
}

void placard_too_small(const struct pane *pane, int rows, int columns)
{
    pane_printf(pane, 0, 0, INK_STRONG, "tapgraph needs %dx%d", columns, rows);
    pane_printf(pane, 1, 0, INK_PLAIN, "This window: %dx%d", pane->columns, pane->rows);
    pane_text(pane, 2, 0, INK_DIM, "Make it larger; q quits");
}

void placard_no_insight(const struct pane *pane)
{
    int row = pane->rows > 14 ? 2 : 0;
    pane_text(pane, row++, 2, INK_STRONG, "Nothing to act on in this range of time");
    row++;
    pane_text(pane, row++, 2, INK_DIM, "Looked for:");
    row++;
    pane_text(pane, row++, 4, INK_PLAIN, "○ a capture so bad that figures are not to be trusted");
    pane_text(pane, row++, 4, INK_PLAIN, "○ certificates near their end, and weak TLS");
    row++;
    pane_text(pane, row++, 2, INK_DIM, "and where there are at least 100 calls:");
    row++;
    pane_text(pane, row++, 4, INK_PLAIN, "○ one of several backends of a service, or of several");
    pane_text(pane, row++, 6, INK_PLAIN, "probable replicas, that gets nearly all calls");
    pane_text(pane, row++, 4, INK_PLAIN, "○ one of several connections that carries nearly all");
    pane_text(pane, row++, 6, INK_PLAIN, "calls, where balancing connections does not help");
    row++;
    pane_text(pane, row++, 2, INK_DIM, "A longer time shows more:  +");
}

/* NULL as key: a heading. What stands in the right half, if there are halves, comes last. */
static const struct {
    const char *key, *does;
} help[] = {
    {NULL, "Go"},
    {"1 to 9  Tab", "to another tab"},
    {":relays", "names, events, any view"},
    {"Enter", "into it"},
    {"Esc", "back; ends a filter"},
    {"j k  g G", "down, up, first, last"},
    {"^D ^U  PgDn", "half a page, a page"},
    {"q  F10", "quit"},
    {NULL, "Time"},
    {"+ -", "a longer, a shorter one"},
    {"[ ]", "the time before, after"},
    {"t", "to a time: 14:05, 2h"},
    {"p  Space", "pause, and go on"},
    {"L", "to the newest again"},
    {"c", "compare: 1 h, 1 d ago"},
    {NULL, "See"},
    {"s < >  I", "sort; turn it around"},
    {"● ▲ ✖ ○", "good warning bad idle"},
    {"!M ~D B", "spoiled, a little, note"},
    {NULL, "Filter"},
    {"/", "type one"},
    {"cart", "a word of the row"},
    {"server~shop", "contains;  !~  not"},
    {"protocol=http", "is;  !=  is not"},
    {"p95>20ms", "= != < <= > >="},
    {"slower>2", "when compared"},
    {"and or not ()", "together"},
    {NULL, "Graph"},
    {"← → ↑ ↓", "walk along the calls"},
    {"f  < >", "near only; steps"},
    {"g", "services, groups, hosts"},
    {"n N", "next that is found"},
    {"Home", "to the busiest"},
};

enum {
    HELP_LEN = sizeof help / sizeof *help,
    HELP_LEFT = 19,
    HELP_WIDTH = 42,
    HELP_KEYS = 15,
    HELP_ROWS = 20
};

/* The keys of the view that is open, which the bar may have no room for. Returns how many rows they
 * take, whether they lie in the pane or not. */
static int draw_own_keys(const struct pane *pane, int row, const struct view *view)
{
    int first = row;
    pane_text(pane, row++, 0, INK_STRONG, view->title);
    if (view->opens) {
        pane_text(pane, row, 1, INK_ACCENT, "Enter");
        pane_text(pane, row++, HELP_KEYS, INK_PLAIN, view->opens);
    }
    for (int i = 0; i < VIEW_KEYS_MAX && view->keys[i].key; i++) {
        pane_text(pane, row, 1, INK_ACCENT, view->keys[i].key);
        pane_text(pane, row++, HELP_KEYS, INK_PLAIN, view->keys[i].label);
    }
    return row - first;
}

/* Those from `from` to `to`; from `row` of the pane on, which may lie outside. */
static void draw_help(const struct pane *pane, int row, int from, int to)
{
    for (int i = from; i < to; i++, row++) {
        if (!help[i].key) {
            pane_text(pane, row, 0, INK_STRONG, help[i].does);
            continue;
        }
        pane_text(pane, row, 1, INK_ACCENT, help[i].key);
        pane_text(pane, row, HELP_KEYS, INK_PLAIN, help[i].does);
    }
}

static void draw_help_in_halves(const struct pane *inner, const struct view *view)
{
    struct pane left = pane_part(inner, 0, 0, inner->rows, inner->columns / 2);
    struct pane right = pane_part(inner, 0, inner->columns / 2, inner->rows, inner->columns);
    draw_help(&left, 0, 0, HELP_LEFT);
    draw_help(&right, 0, HELP_LEFT, HELP_LEN);
    draw_own_keys(&right, HELP_LEN - HELP_LEFT, view);
}

int placard_help(const struct pane *pane, const struct view *view, int top)
{
    bool halves = pane->columns >= 2 * HELP_WIDTH - 4 && pane->rows >= HELP_ROWS + 2;
    int width = halves ? 2 * HELP_WIDTH : HELP_WIDTH;
    int height = (halves ? HELP_ROWS : HELP_LEN + 2 + VIEW_KEYS_MAX) + 2;
    width = width < pane->columns ? width : pane->columns;
    height = height < pane->rows ? height : pane->rows;
    struct pane box =
        pane_part(pane, (pane->rows - height) / 2, (pane->columns - width) / 2, height, width);
    pane_clear(&box, INK_PLAIN);
    struct pane inner = pane_part(&box, 1, 2, height - 2, width - 4);
    int rows = 0;
    if (halves) {
        draw_help_in_halves(&inner, view);
    } else {
        draw_help(&inner, -top, 0, HELP_LEN);
        rows = HELP_LEN + draw_own_keys(&inner, HELP_LEN - top, view);
    }
    bool longer = rows > inner.rows;
    pane_border(&box, INK_DIM,
                longer ? " Help: j k scroll, else it closes " : " Help: any key closes it ");
    return longer ? rows - inner.rows : 0;
}
