// SPDX-License-Identifier: Apache-2.0
#include "tests/repository.h"

namespace ohm::repository {

const char* configs() {
  return OHM_CONFIG_DIR;
}
const char* experiments() {
  return OHM_EXPERIMENTS_DIR;
}
const char* models() {
  return OHM_MODELS_DIR;
}
const char* golden() {
  return OHM_GOLDEN_DIR;
}

}  // namespace ohm::repository
