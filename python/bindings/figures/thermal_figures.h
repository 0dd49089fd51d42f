// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "mapping/estimate/estimate.h"

namespace ohm::python {

/// Adds what an estimate knows of temperature and of good packages, in SI units; nothing where the
/// chip has no such section.
void add_thermal_figures(const Estimate& estimate, pybind11::dict& row);

}  // namespace ohm::python
