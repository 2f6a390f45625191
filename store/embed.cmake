# embed.cmake - a file of the tree as an array in the program.
#
# embed(TARGET FILE SYMBOL) adds to TARGET `const unsigned char SYMBOL[]`, the content of FILE and a
# zero byte, and `const size_t SYMBOL_len`. Run with -P, this file does the conversion.
if(CMAKE_SCRIPT_MODE_FILE)
    file(READ ${FILE} hex HEX)
    string(LENGTH "${hex}" digits)
    math(EXPR len "${digits} / 2")
    string(REGEX REPLACE "(..)" "0x\\1," values "${hex}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "    \\1\n" values "${values}")
    file(WRITE ${OUT} "/* Made from ${FILE}. */\n#include <stddef.h>\n\n"
        "extern const unsigned char ${SYMBOL}[];\nextern const size_t ${SYMBOL}_len;\n\n"
        "const size_t ${SYMBOL}_len = ${len};\n"
        "const unsigned char ${SYMBOL}[] = {\n${values}    0};\n")
    return()
endif()

function(embed target file symbol)
    set(out ${CMAKE_BINARY_DIR}/embedded/${symbol}.c)
    add_custom_command(OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DFILE=${file} -DSYMBOL=${symbol} -DOUT=${out}
            -P ${CMAKE_SOURCE_DIR}/store/embed.cmake
        DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${CMAKE_SOURCE_DIR}/store/embed.cmake
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} VERBATIM)
    target_sources(${target} PRIVATE ${out})
endfunction()

embed(tapgraph_store store/schema.sql store_schema_sql)
embed(tapgraph_store store/views.sql store_views_sql)
embed(tapgraph_store store/migrate_2.sql store_migrate_2_sql)
embed(tapgraph_store store/migrate_3.sql store_migrate_3_sql)
embed(tapgraph_store store/migrate_4.sql store_migrate_4_sql)
embed(tapgraph_store store/migrate_5.sql store_migrate_5_sql)
embed(tapgraph_store store/migrate_6.sql store_migrate_6_sql)
