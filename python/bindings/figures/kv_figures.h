// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "mapping/estimate/estimate.h"

namespace ohm::python {

/// Where keys and values lie, how long the cells last that hold them, and what rewriting weights
/// takes; None for what does not apply.
void add_kv_figures(const Estimate& estimate, pybind11::dict& row);

}  // namespace ohm::python
