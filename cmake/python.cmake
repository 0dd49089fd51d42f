# SPDX-License-Identifier: Apache-2.0
# The Python module ohmformer._core and the files that travel inside the package.
find_package(Python 3.10 REQUIRED COMPONENTS Interpreter Development.Module)
find_package(pybind11 CONFIG REQUIRED)

file(GLOB OHM_BINDINGS CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/python/bindings/*.cc ${PROJECT_SOURCE_DIR}/python/bindings/*/*.cc)
if(OHM_BINDINGS)
  pybind11_add_module(_core NO_EXTRAS ${OHM_BINDINGS})
  target_link_libraries(_core PRIVATE ohm_mapping ohm_flags)
  install(TARGETS _core DESTINATION ohmformer)
endif()

install(DIRECTORY configs/ DESTINATION ohmformer/configs FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY experiments/ DESTINATION ohmformer/experiments
  FILES_MATCHING
  PATTERN "experiment.yaml"
  PATTERN "expected.yaml"
  PATTERN "README.md"
  PATTERN "models" EXCLUDE)
install(DIRECTORY experiments/validation DESTINATION ohmformer/experiments FILES_MATCHING PATTERN "*.yaml")
install(DIRECTORY experiments/models DESTINATION ohmformer/experiments
  PATTERN "__pycache__" EXCLUDE
  PATTERN "*.py" EXCLUDE
  PATTERN "*.new.*" EXCLUDE)
