// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "crossbar/device/programming.h"

namespace ohm::python {

/// The figures of a programming cost by name, in SI units.
pybind11::dict to_dict(const ProgrammingCost& cost);

}  // namespace ohm::python
