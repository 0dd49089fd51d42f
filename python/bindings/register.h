// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

namespace ohm::python {

/// Each adds one concept to the module; `_core.cc` lists them in the order of their needs.
void register_error(pybind11::module_& module);
void register_config(pybind11::module_& module);
void register_checkpoint(pybind11::module_& module);
void register_adc(pybind11::module_& module);
void register_device(pybind11::module_& module);
void register_macro(pybind11::module_& module);
void register_block_cost(pybind11::module_& module);
void register_ir_drop(pybind11::module_& module);
void register_network(pybind11::module_& module);
void register_mapping(pybind11::module_& module);
void register_estimate(pybind11::module_& module);
void register_structure(pybind11::module_& module);
void register_shape(pybind11::module_& module);
void register_peak(pybind11::module_& module);
void register_baseline(pybind11::module_& module);
void register_serve(pybind11::module_& module);
void register_accuracy(pybind11::module_& module);

}  // namespace ohm::python
