/* pixels.c - see pixels.h. */
#include <dlfcn.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/export/pixels_private.h"

static struct pixels pixels;
static const char *missing;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;

/* A function by its name, whatever its type; false if the library has none of this name. */
static bool find(void *library, const char *name, void *ret_function)
{
    *(void **)ret_function = dlsym(library, name);
    return *(void **)ret_function != NULL;
}

static bool load_libraries(void)
{
    void *cairo = dlopen("libcairo.so.2", RTLD_NOW | RTLD_LOCAL);
    void *freetype = dlopen("libfreetype.so.6", RTLD_NOW | RTLD_LOCAL);
    bool all = cairo && freetype;
#define FIND_CAIRO(name) all = all && find(cairo, #name, &pixels.name);
#define FIND_FREETYPE(name) all = all && find(freetype, #name, &pixels.name);
    PIXELS_CAIRO(FIND_CAIRO)
    PIXELS_FREETYPE(FIND_FREETYPE)
    return all; /* what was opened stays */
}

/* The whole file, for as long as the process lives. NULL: it cannot be read. */
static const void *map(const char *path, size_t *ret_len)
{
    struct stat is;
    void *text = MAP_FAILED;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size > 0)
        text = mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0)
        close(fd);
    *ret_len = text == MAP_FAILED ? 0 : (size_t)is.st_size;
    return text == MAP_FAILED ? NULL : text;
}

static bool add_font(FT_Library library, const char *path)
{
    struct pixels_font *font = &pixels.font[pixels.font_len];
    size_t len;
    const void *text = map(path, &len);
    if (!text)
        return false;
    if (pixels.FT_New_Memory_Face(library, text, (FT_Long)len, 0, &font->face) != 0) {
        munmap((void *)(uintptr_t)text, len);
        return false;
    }
    font->cairo = pixels.cairo_ft_font_face_create_for_ft_face(font->face, FT_LOAD_NO_HINTING);
    pixels.font_len++;
    return true;
}

/* Of these files the first that is there: where Debian, Fedora, Arch, Alpine have them. */
static bool add_one_of(FT_Library library, const char *const *pattern)
{
    bool added = false;
    for (; *pattern && !added; pattern++) {
        glob_t found;
        if (glob(*pattern, 0, NULL, &found) != 0)
            continue;
        for (size_t i = 0; i < found.gl_pathc && !added; i++)
            added = add_font(library, found.gl_pathv[i]);
        globfree(&found);
    }
    return added;
}

#define FONT(name) "/usr/share/fonts/*/" name, "/usr/share/fonts/*/*/" name
static const char *const latin[] = {FONT("DejaVuSans.ttf"), FONT("NotoSans-Regular.ttf"),
                                    FONT("LiberationSans-Regular.ttf"), FONT("FreeSans.ttf"), NULL};
static const char *const chinese[] = {FONT("NotoSansCJK-Regular.ttc"),
                                      FONT("DroidSansFallback*.ttf"), FONT("wqy-*.ttc"), NULL};

static void load(void)
{
    FT_Library library;
    if (!load_libraries())
        missing = "PNG needs libcairo.so.2 and libfreetype.so.6, which are not installed here "
                  "(Debian: apt install libcairo2); svg does without";
    else if (pixels.FT_Init_FreeType(&library) != 0 || !add_one_of(library, latin))
        missing = "PNG needs a font, and none is installed here (Debian: apt install "
                  "fonts-dejavu-core); svg does without";
    else
        add_one_of(library, chinese);
}

bool pixels_load(void)
{
    pthread_once(&once, load);
    return !missing;
}

const char *pixels_missing(void)
{
    return missing;
}

const struct pixels *pixels_borrow(void)
{
    pthread_mutex_lock(&drawing);
    return &pixels;
}

void pixels_return(void)
{
    pthread_mutex_unlock(&drawing);
}
