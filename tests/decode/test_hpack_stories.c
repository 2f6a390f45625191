/* test_hpack_stories.c - holds decode/hpack.h against what other encoders wrote: the stories in
 * tests/decode/hpack (generate.py there made them), and those in the folder hpack of
 * TAPGRAPH_CORPUS where that is set.
 *
 * A story is played from its start, joined late at each of its blocks, and with each of its blocks
 * lost (in the corpus, which is long: at each fifth). Nothing that is said to be known may ever
 * differ from the truth. */
#include <glob.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "../check.h"
#include "decode/hpack.h"

enum {
    BEFORE_LOSS = 60, /* blocks, at most */
    CORPUS_STEP = 5,  /* blocks between two joins */
};

struct story {
    const char *path;
    cJSON *json;
    struct block *blocks;
    size_t len;
};

struct block {
    struct bytes wire;
    const cJSON *headers;
};

struct share {
    uint64_t fields, unknown;
};

/* What hpack_read() says of one block, held against the truth. */
struct check {
    const struct story *story;
    const cJSON *header; /* the next one */
    struct share *share; /* NULL: not counted */
};

static void check_text(const struct check *c, struct bytes text, bool known, const char *truth)
{
    if (known ? !bytes_equal_text(text, truth) : text.len != 0)
        fail_msg("%s: \"%.*s\" instead of \"%s\"", c->story->path, (int)text.len,
                 (const char *)text.at, truth);
}

static void check_field(void *ctx, const struct hpack_field *f)
{
    struct check *c = ctx;
    assert_non_null(c->header);
    check_text(c, f->name, f->name_known, c->header->child->string);
    check_text(c, f->value, f->value_known, c->header->child->valuestring);
    assert_true(!f->unknown == (f->name_known && f->value_known));
    if (c->share) {
        c->share->fields++;
        c->share->unknown += f->unknown != 0;
    }
    c->header = c->header->next;
}

static void play_block(struct hpack *h, const struct story *s, size_t at, struct share *share)
{
    struct check c = {.story = s, .header = s->blocks[at].headers->child, .share = share};
    if (!hpack_read(h, s->blocks[at].wire, check_field, &c))
        fail_msg("%s: block %zu is not taken for one", s->path, at);
    assert_null(c.header);
}

static uint8_t nibble(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

static struct bytes bytes_of_hex(const char *hex)
{
    size_t len = strlen(hex) / 2;
    uint8_t *at = malloc(len + 1);
    assert_non_null(at);
    for (size_t i = 0; i < len; i++)
        at[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
    return bytes_of(at, len);
}

static cJSON *parse_file(const char *path)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, len, file), len);
    text[len] = '\0';
    fclose(file);
    cJSON *json = cJSON_Parse(text);
    free(text);
    assert_non_null(json);
    return json;
}

static struct story open_story(const char *path)
{
    struct story s = {.path = path, .json = parse_file(path)};
    const cJSON *cases = cJSON_GetObjectItemCaseSensitive(s.json, "cases");
    s.blocks = calloc((size_t)cJSON_GetArraySize(cases) + 1, sizeof *s.blocks);
    assert_non_null(s.blocks);
    const cJSON *one;
    cJSON_ArrayForEach(one, cases)
    {
        const cJSON *wire = cJSON_GetObjectItemCaseSensitive(one, "wire");
        if (!wire)
            continue; /* the plain text of the stories is not encoded */
        s.blocks[s.len++] =
            (struct block){.wire = bytes_of_hex(wire->valuestring),
                           .headers = cJSON_GetObjectItemCaseSensitive(one, "headers")};
    }
    return s;
}

static void close_story(struct story *s)
{
    for (size_t i = 0; i < s->len; i++)
        free((void *)s->blocks[i].wire.at);
    free(s->blocks);
    cJSON_Delete(s->json);
}

/* From the start, all is known. */
static void play_whole(const struct story *s)
{
    struct hpack h;
    struct share share = {0};
    hpack_init(&h, false);
    for (size_t i = 0; i < s->len; i++)
        play_block(&h, s, i, &share);
    assert_int_equal(share.unknown, 0);
    assert_int_equal(h.certainty.fields, share.fields);
    assert_int_equal(h.certainty.known, share.fields);
    assert_int_equal(h.epoch, 0);
    hpack_free(&h);
}

static void play_joined(const struct story *s, size_t from, struct share *share)
{
    struct hpack h;
    hpack_init(&h, true);
    for (size_t i = from; i < s->len; i++)
        play_block(&h, s, i, share);
    hpack_free(&h);
}

static void play_with_loss(const struct story *s, size_t lost, struct share *share)
{
    struct hpack h;
    size_t from = lost < BEFORE_LOSS ? 0 : lost - BEFORE_LOSS;
    hpack_init(&h, from > 0);
    for (size_t i = from; i < s->len; i++) {
        if (i == lost)
            hpack_forget(&h);
        else
            play_block(&h, s, i, i > lost ? share : NULL);
    }
    hpack_free(&h);
}

static void tell(const char *path, const char *what, const struct share *share)
{
    printf("%s: %s: %.2f %% of %llu fields not known\n", path, what,
           share->fields ? 100.0 * (double)share->unknown / (double)share->fields : 0,
           (unsigned long long)share->fields);
}

/* Plays all that match, joined and with a loss at each `step`-th block, and adds up what was not
 * known after a join. */
static void play_all(const char *pattern, size_t step, struct share *ret_joined)
{
    glob_t found;
    struct share joined = {0}, lost = {0};
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct story s = open_story(found.gl_pathv[i]);
        play_whole(&s);
        for (size_t at = 1; at < s.len; at += step) {
            play_joined(&s, at, &joined);
            play_with_loss(&s, at, &lost);
        }
        close_story(&s);
    }
    globfree(&found);
    tell(pattern, "joined late", &joined);
    tell(pattern, "a block lost", &lost);
    ret_joined->fields += joined.fields;
    ret_joined->unknown += joined.unknown;
}

/* Of these, the share is known that can be: no other reader of late blocks knows more. */
static void own_stories(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        unsigned unknown_max; /* in a thousand */
    } cases[] = {{"calls", 322}, {"repeated", 667}, {"resized", 20}, {"large", 811}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char path[4096];
        struct share joined = {0};
        snprintf(path, sizeof path, TESTS_DIR "/decode/hpack/%s.json", cases[i].name);
        play_all(path, 1, &joined);
        assert_in_range(joined.unknown * 1000, 1, joined.fields * cases[i].unknown_max);
    }
}

/* Of all fields that come after a join, over all joins, no more than 6 % are not known. That is
 * what is possible: the others refer to what was inserted before. */
static void stories_of_browsers(void **state)
{
    (void)state;
    const char *corpus = getenv("TAPGRAPH_CORPUS");
    char pattern[4096];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/hpack/*", corpus ? corpus : "");
    if (!corpus || glob(pattern, GLOB_ONLYDIR, NULL, &found))
        skip();
    struct share joined = {0};
    for (size_t i = 0; i < found.gl_pathc; i++) {
        snprintf(pattern, sizeof pattern, "%s/story_*.json", found.gl_pathv[i]);
        play_all(pattern, CORPUS_STEP, &joined);
    }
    globfree(&found);
    tell(corpus, "joined late", &joined);
    assert_true(joined.fields > 0);
    assert_true(joined.unknown * 100 <= joined.fields * 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_stories),
        cmocka_unit_test(stories_of_browsers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
