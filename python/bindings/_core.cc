// SPDX-License-Identifier: Apache-2.0
#include "python/bindings/register.h"

PYBIND11_MODULE(_core, module) {
  using namespace ohm::python;
  module.doc() = "What the package takes from C++: translation only, no physics of its own.";
  register_error(module);
  register_config(module);
  register_checkpoint(module);
  register_adc(module);
  register_device(module);
  register_macro(module);
  register_block_cost(module);
  register_ir_drop(module);
  register_network(module);
  register_mapping(module);
  register_estimate(module);
  register_structure(module);
  register_shape(module);
  register_peak(module);
  register_baseline(module);
  register_serve(module);
  register_accuracy(module);
}
