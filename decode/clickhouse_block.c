/* clickhouse_block.c - see clickhouse_block.h. */
#include "decode/clickhouse_block.h"

#include "decode/clickhouse_packet.h"

enum step_kind {
    STEP_FIXED,   /* `width` bytes a row */
    STEP_ONCE,    /* `width` bytes */
    STEP_TEXTS,   /* each with its length in front */
    STEP_ENDS,    /* where each array ends: the last says how many rows the next depth has */
    STEP_KEYS,    /* the head of a dictionary, whose size is the number of rows of the next depth */
    STEP_INDEXES, /* into it */
};

enum {
    COLUMNS_MAX = 100000,
    COLUMN_NAME_MAX = 4 * 1024,
    TYPE_MAX = 32 * 1024, /* of an enumeration with many names */
    NESTING_MAX = 12,
    WIDTH_MAX = 1 << 20,
    BUCKETS_MAX = 1024,
    ARGUMENTS_MAX = 64, /* of a tuple */
};

static const uint64_t rows_max = UINT64_C(1) << 40;

/* --- types --- */

struct type_reader {
    struct bytes rest;
    struct clickhouse_block *b;
    unsigned prefixes; /* dictionaries announce themselves in front of all */
    unsigned nesting;
    bool unknown;
};

static const struct fixed_type {
    const char *name;
    uint8_t width;
} fixed_types[] = {
    {"UInt8", 1},    {"Int8", 1},    {"Bool", 1},      {"Enum8", 1},      {"Nothing", 1},
    {"UInt16", 2},   {"Int16", 2},   {"Enum16", 2},    {"Date", 2},       {"BFloat16", 2},
    {"UInt32", 4},   {"Int32", 4},   {"Float32", 4},   {"DateTime", 4},   {"Date32", 4},
    {"Time", 4},     {"Time64", 8},  {"IPv4", 4},      {"Decimal32", 4},  {"UInt64", 8},
    {"Int64", 8},    {"Float64", 8}, {"Decimal64", 8}, {"DateTime64", 8}, {"Decimal128", 16},
    {"UUID", 16},    {"IPv6", 16},   {"UInt128", 16},  {"Int128", 16},    {"Decimal256", 32},
    {"UInt256", 32}, {"Int256", 32},
};

static uint8_t peek(const struct type_reader *t)
{
    return t->rest.len ? t->rest.at[0] : 0;
}

static void skip(struct type_reader *t, size_t len)
{
    t->rest = bytes_after(t->rest, len);
}

static void blanks(struct type_reader *t)
{
    while (peek(t) == ' ' || peek(t) == '\n')
        skip(t, 1);
}

static bool in_word(uint8_t c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static struct bytes word(struct type_reader *t)
{
    size_t len = 0;
    blanks(t);
    while (len < t->rest.len && in_word(t->rest.at[len]))
        len++;
    struct bytes taken = bytes_first(t->rest, len);
    skip(t, len);
    return taken;
}

/* Takes this off, or the type is not known. */
static void expect(struct type_reader *t, uint8_t wanted)
{
    blanks(t);
    t->unknown = t->unknown || peek(t) != wanted;
    skip(t, 1);
}

static void quoted(struct type_reader *t)
{
    uint8_t quote = peek(t);
    for (skip(t, 1); t->rest.len && peek(t) != quote; skip(t, 1))
        if (peek(t) == '\\')
            skip(t, 1);
    skip(t, 1);
}

/* Passes over one argument, up to the comma or bracket behind it. */
static void argument(struct type_reader *t)
{
    unsigned depth = 0;
    while (t->rest.len) {
        uint8_t c = peek(t);
        if (!depth && (c == ',' || c == ')'))
            return;
        if (c == '\'' || c == '`' || c == '"') {
            quoted(t);
            continue;
        }
        depth += c == '(';
        depth -= c == ')';
        skip(t, 1);
    }
    t->unknown = true;
}

static uint32_t number(struct type_reader *t)
{
    uint32_t value = 0;
    for (blanks(t); peek(t) >= '0' && peek(t) <= '9' && value <= WIDTH_MAX; skip(t, 1))
        value = value * 10 + peek(t) - '0';
    t->unknown = t->unknown || !value || value > WIDTH_MAX;
    return value;
}

/* (...), of which nothing matters. */
static void arguments(struct type_reader *t)
{
    if (peek(t) != '(')
        return;
    do {
        skip(t, 1);
        argument(t);
    } while (peek(t) == ',');
    expect(t, ')');
}

static void add(struct type_reader *t, enum step_kind kind, unsigned depth, uint32_t width)
{
    struct clickhouse_block *b = t->b;
    if (b->steps_len == CLICKHOUSE_STEPS_MAX || depth >= CLICKHOUSE_DEPTH_MAX) {
        t->unknown = true;
        return;
    }
    b->steps[b->steps_len++] = (struct clickhouse_step){(uint8_t)kind, (uint8_t)depth, width};
}

static void read_type(struct type_reader *t, unsigned depth);

/* An element of a tuple may have a name. */
static void element(struct type_reader *t, unsigned depth)
{
    blanks(t);
    if (peek(t) == '`' || peek(t) == '"') {
        quoted(t);
    } else {
        struct type_reader ahead = *t;
        word(&ahead);
        if (peek(&ahead) == ' ')
            *t = ahead;
    }
    read_type(t, depth);
}

static void elements(struct type_reader *t, unsigned depth)
{
    expect(t, '(');
    for (int i = 0; i < ARGUMENTS_MAX && !t->unknown; i++) {
        element(t, depth);
        blanks(t);
        if (peek(t) != ',')
            break;
        skip(t, 1);
    }
    expect(t, ')');
}

static void one_argument(struct type_reader *t, unsigned depth)
{
    expect(t, '(');
    read_type(t, depth);
    expect(t, ')');
}

/* Keys without NULL, and then where each row's is among them. */
static void dictionary(struct type_reader *t, unsigned depth)
{
    static const char nullable[] = "Nullable(";
    expect(t, '(');
    bool may_be_null = bytes_equal_text(bytes_first(t->rest, sizeof nullable - 1), nullable);
    skip(t, may_be_null ? sizeof nullable - 1 : 0);
    t->prefixes++;
    add(t, STEP_KEYS, depth, 0);
    read_type(t, depth + 1);
    add(t, STEP_INDEXES, depth, 0);
    if (may_be_null)
        expect(t, ')');
    expect(t, ')');
}

/* How wide depends on how many digits. */
static void decimal(struct type_reader *t, unsigned depth)
{
    expect(t, '(');
    uint32_t digits = number(t);
    argument(t);
    if (peek(t) == ',') {
        skip(t, 1);
        argument(t);
    }
    expect(t, ')');
    add(t, STEP_FIXED, depth, digits <= 9 ? 4 : digits <= 18 ? 8 : digits <= 38 ? 16 : 32);
}

/* Shapes are tuples and arrays by another name. */
static bool is_shape(struct type_reader *t, struct bytes name, unsigned depth)
{
    static const char *const shapes[] = {"Point", "Ring", "Polygon", "MultiPolygon"};
    for (unsigned i = 0; i < 4; i++) {
        bool lines = (i == 1 && bytes_equal_text(name, "LineString")) ||
                     (i == 2 && bytes_equal_text(name, "MultiLineString"));
        if (!lines && !bytes_equal_text(name, shapes[i]))
            continue;
        for (unsigned d = 0; d < i; d++)
            add(t, STEP_ENDS, depth + d, 0);
        add(t, STEP_FIXED, depth + i, 8);
        add(t, STEP_FIXED, depth + i, 8);
        return true;
    }
    return false;
}

static bool is_fixed(struct type_reader *t, struct bytes name, unsigned depth)
{
    static const char interval[] = "Interval";
    uint32_t width = 0;
    for (size_t i = 0; i < sizeof fixed_types / sizeof *fixed_types; i++)
        if (bytes_equal_text(name, fixed_types[i].name))
            width = fixed_types[i].width;
    if (bytes_equal_text(bytes_first(name, sizeof interval - 1), interval))
        width = 8;
    if (!width)
        return false;
    arguments(t);
    add(t, STEP_FIXED, depth, width);
    return true;
}

static void composed(struct type_reader *t, struct bytes name, unsigned depth)
{
    if (bytes_equal_text(name, "Nullable")) {
        add(t, STEP_FIXED, depth, 1);
        one_argument(t, depth);
    } else if (bytes_equal_text(name, "Array")) {
        add(t, STEP_ENDS, depth, 0);
        one_argument(t, depth + 1);
    } else if (bytes_equal_text(name, "Map") || bytes_equal_text(name, "Nested")) {
        add(t, STEP_ENDS, depth, 0);
        elements(t, depth + 1);
    } else if (bytes_equal_text(name, "Tuple")) {
        elements(t, depth);
    } else if (bytes_equal_text(name, "LowCardinality")) {
        dictionary(t, depth);
    } else if (bytes_equal_text(name, "Decimal")) {
        decimal(t, depth);
    } else if (bytes_equal_text(name, "SimpleAggregateFunction")) {
        expect(t, '(');
        argument(t);
        expect(t, ',');
        read_type(t, depth);
        expect(t, ')');
    } else {
        t->unknown = true;
    }
}

static void read_type(struct type_reader *t, unsigned depth)
{
    struct bytes name = word(t);
    if (++t->nesting > NESTING_MAX)
        t->unknown = true;
    if (t->unknown || is_fixed(t, name, depth) || is_shape(t, name, depth)) {
    } else if (bytes_equal_text(name, "String")) {
        t->unknown = t->b->revision >= CLICKHOUSE_SIZED_STRINGS;
        add(t, STEP_TEXTS, depth, 0);
    } else if (bytes_equal_text(name, "FixedString")) {
        expect(t, '(');
        add(t, STEP_FIXED, depth, number(t));
        expect(t, ')');
    } else {
        composed(t, name, depth);
    }
    t->nesting--;
}

/* False: it is not known. The first step is for what dictionaries say in front. */
static bool plan(struct clickhouse_block *b, struct bytes type)
{
    struct type_reader t = {.rest = type, .b = b};
    b->steps_len = b->step = 0;
    b->begun = false;
    b->left = 0;
    memset(b->counts, 0, sizeof b->counts);
    b->counts[0] = b->rows;
    add(&t, STEP_ONCE, 0, 0);
    read_type(&t, 0);
    blanks(&t);
    b->steps[0].width = 8 * t.prefixes;
    return !t.unknown && !t.rest.len;
}

/* --- blocks --- */

void clickhouse_block_begin(struct clickhouse_block *b, uint64_t revision)
{
    *b = (struct clickhouse_block){.revision = revision};
}

static void next_column(struct clickhouse_block *b)
{
    b->stage = b->columns ? CLICKHOUSE_COLUMN : CLICKHOUSE_ENDED;
}

/* Facts about the block, each with a number in front, and then its size. */
static int64_t read_head(struct clickhouse_block *b, struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint64_t fact;
    while ((fact = cursor_varint(&c)) && !c.starved) {
        uint64_t buckets = 0;
        if (fact > (b->revision >= CLICKHOUSE_BUCKETS ? 3 : 2))
            return DECODE_LOST;
        if (fact == 3 && (buckets = cursor_varint(&c)) > BUCKETS_MAX)
            return DECODE_LOST;
        cursor_skip(&c, fact == 1 ? 1 : fact == 2 ? 4 : 4 * (size_t)buckets);
    }
    b->columns = cursor_varint(&c);
    b->rows = cursor_varint(&c);
    if (c.starved)
        return DECODE_MORE;
    if (b->columns > COLUMNS_MAX || b->rows > rows_max || (b->rows && !b->columns))
        return DECODE_LOST;
    next_column(b);
    return (int64_t)(in.len - cursor_left(&c));
}

/* A column's name and type. */
static int64_t read_column(struct clickhouse_block *b, struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint64_t len = cursor_varint(&c);
    if (!c.starved && len > COLUMN_NAME_MAX)
        return DECODE_LOST;
    cursor_skip(&c, (size_t)len);
    len = cursor_varint(&c);
    if (!c.starved && (!len || len > TYPE_MAX))
        return DECODE_LOST;
    struct bytes type = cursor_take(&c, (size_t)len);
    uint8_t special = b->revision >= CLICKHOUSE_SERIALIZATION ? cursor_u8(&c) : 0;
    if (c.starved)
        return DECODE_MORE;
    if (special > 1)
        return DECODE_LOST;
    b->columns--;
    if (special || (b->rows && !plan(b, type)))
        b->unknown = true;
    if (b->unknown)
        return DECODE_LOST;
    if (b->rows)
        b->stage = CLICKHOUSE_VALUES;
    else
        next_column(b);
    return (int64_t)(in.len - cursor_left(&c));
}

static int64_t read_texts(struct clickhouse_block *b, struct bytes in)
{
    size_t used = 0;
    while (b->left && used < in.len) {
        struct bytes rest = bytes_after(in, used);
        struct cursor c = cursor_over(rest);
        uint64_t len = cursor_varint(&c);
        if (c.starved)
            break;
        if (len > INT32_MAX)
            return DECODE_LOST;
        used += rest.len - cursor_left(&c) + (size_t)len;
        b->left--;
    }
    return (int64_t)used;
}

/* The last of them is the number of what is in the arrays. */
static int64_t read_ends(struct clickhouse_block *b, unsigned depth, struct bytes in)
{
    if (b->left > 1) {
        int64_t len = 8 * ((int64_t)b->left - 1);
        b->left = 1;
        return len;
    }
    struct cursor c = cursor_over(in);
    uint64_t inner = cursor_le64(&c);
    if (c.starved || inner > rows_max)
        return c.starved ? DECODE_MORE : DECODE_LOST;
    b->counts[depth + 1] = inner;
    b->left = 0;
    return 8;
}

static int64_t read_keys(struct clickhouse_block *b, unsigned depth, struct bytes in)
{
    enum { WIDTHS = 3, KINDS = 0xff, SHARED = 0x100, KEYS = 0x200 };
    struct cursor c = cursor_over(in);
    uint64_t flags = cursor_le64(&c), keys = flags & KEYS ? cursor_le64(&c) : 0;
    if (c.starved)
        return DECODE_MORE;
    if ((flags & KINDS) > WIDTHS || flags & SHARED || flags > 0x7ff || keys > rows_max)
        return DECODE_LOST;
    b->index_width = (uint8_t)(1 << (flags & WIDTHS));
    b->counts[depth + 1] = keys;
    b->left = 0;
    return flags & KEYS ? 16 : 8;
}

static int64_t read_indexes(struct clickhouse_block *b, uint64_t rows, struct bytes in)
{
    struct cursor c = cursor_over(in);
    uint64_t count = cursor_le64(&c);
    if (c.starved || count != rows)
        return c.starved ? DECODE_MORE : DECODE_LOST;
    b->left = 0;
    return 8 + (int64_t)(rows * b->index_width);
}

/* Goes to the next step for which there are bytes, or the next column. */
static void settle(struct clickhouse_block *b)
{
    while (b->stage == CLICKHOUSE_VALUES && !b->left) {
        if (b->begun)
            b->step++;
        b->begun = b->step < b->steps_len;
        if (!b->begun) {
            next_column(b);
            return;
        }
        const struct clickhouse_step *s = &b->steps[b->step];
        b->left = s->kind == STEP_ONCE ? s->width : b->counts[s->depth];
        if (!b->left && (s->kind == STEP_ENDS || s->kind == STEP_KEYS))
            b->counts[s->depth + 1] = 0;
    }
}

static int64_t read_step(struct clickhouse_block *b, struct bytes in)
{
    const struct clickhouse_step *s = &b->steps[b->step];
    uint64_t rows = b->counts[s->depth];
    switch ((enum step_kind)s->kind) {
    case STEP_FIXED:
        b->left = 0;
        return (int64_t)(rows * s->width);
    case STEP_ONCE:
        b->left = 0;
        return s->width;
    case STEP_TEXTS:
        return read_texts(b, in);
    case STEP_ENDS:
        return read_ends(b, s->depth, in);
    case STEP_KEYS:
        return read_keys(b, s->depth, in);
    case STEP_INDEXES:
        return read_indexes(b, rows, in);
    }
    return DECODE_LOST;
}

static int64_t read_stage(struct clickhouse_block *b, struct bytes in)
{
    switch (b->stage) {
    case CLICKHOUSE_HEAD:
        return read_head(b, in);
    case CLICKHOUSE_COLUMN:
        return read_column(b, in);
    case CLICKHOUSE_VALUES:
        return read_step(b, in);
    case CLICKHOUSE_ENDED:
        break;
    }
    return DECODE_LOST;
}

int64_t clickhouse_block_read(struct clickhouse_block *b, struct bytes in)
{
    size_t used = 0;
    while (b->stage != CLICKHOUSE_ENDED && (!used || used < in.len)) {
        int64_t len = read_stage(b, bytes_after(in, used));
        if (len <= 0)
            return used ? (int64_t)used : len; /* it will be shown again */
        used += (size_t)len;
        settle(b);
    }
    return (int64_t)used;
}

/* --- frames --- */

enum guess clickhouse_frame(struct bytes in, struct clickhouse_frame *ret)
{
    enum { NONE = 0x02, LZ4 = 0x82, CODECS = 0x90, CODECS_END = 0x9f, HEAD = 9, CHECKSUM = 16 };
    struct cursor c = cursor_over(in);
    cursor_skip(&c, CHECKSUM);
    uint8_t method = cursor_u8(&c);
    bool known = method == NONE || method == LZ4 || (method >= CODECS && method <= CODECS_END);
    if (!c.starved && !known)
        return GUESS_NO;
    uint32_t packed = cursor_le32(&c);
    ret->size = cursor_le32(&c);
    if (c.starved)
        return GUESS_MORE;
    if (packed < HEAD || packed > INT32_MAX || !ret->size || ret->size > INT32_MAX ||
        (method == NONE && packed != ret->size + HEAD))
        return GUESS_NO;
    ret->len = (uint64_t)CHECKSUM + packed;
    return GUESS_YES;
}
