// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/error.h"
#include "mapping/estimate/estimate.h"

namespace ohm::python {

/// An estimate and the mapping that its timeline names; without one where identical layers were
/// solved once.
struct NamedEstimate {
  std::shared_ptr<const Mapping> mapping;
  Estimate estimate;

  /// ArgumentError without a mapping.
  const Mapping& mapped() const {
    if (mapping) return *mapping;
    throw ArgumentError(
        "estimate: identical layers were solved once, so that no mapping stands behind it; "
        "expected one with fidelity events for timelines and occupation");
  }
};

}  // namespace ohm::python
