# The page: packages are installed once, bundled by esbuild, packed and embedded as bytes.
find_program(NPM npm REQUIRED)
find_program(NODE node REQUIRED)

set(page_packages ${CMAKE_SOURCE_DIR}/web/node_modules/.package-lock.json)
set(page_out ${CMAKE_BINARY_DIR}/page)
file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/page/*)

# Several build trees share web/node_modules, so one installs at a time and the next finds it done.
add_custom_command(OUTPUT ${page_packages}
    COMMAND flock package-lock.json sh -c
        "test node_modules/.package-lock.json -nt package-lock.json || npm ci --ignore-scripts"
    COMMAND ${CMAKE_COMMAND} -E touch ${page_packages}
    DEPENDS ${CMAKE_SOURCE_DIR}/web/package.json ${CMAKE_SOURCE_DIR}/web/package-lock.json
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
    COMMENT "Installing the packages of the page" VERBATIM)

add_custom_command(OUTPUT ${page_out}/assets.S ${page_out}/assets_table.c
    COMMAND ${NODE} node_modules/typescript/bin/tsc --noEmit
    COMMAND ${NODE} build.mjs ${page_out}
    DEPENDS ${page_packages} ${page_sources} ${CMAKE_SOURCE_DIR}/web/build.mjs
        ${CMAKE_SOURCE_DIR}/web/tsconfig.json ${CMAKE_SOURCE_DIR}/web/openapi.json
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
    COMMENT "Bundling the page" VERBATIM)

target_sources(tapgraph_web PRIVATE ${page_out}/assets.S ${page_out}/assets_table.c)
target_compile_definitions(tapgraph_web PRIVATE TAPGRAPH_VERSION="${PROJECT_VERSION}")
