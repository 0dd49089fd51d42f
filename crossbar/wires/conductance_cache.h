// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "crossbar/wires/network.h"

namespace ohm {

/// Where the effective matrix of this network would be kept in `folder`: named by a 128-bit hash of
/// the conductances, the wires and the version of the format.
std::filesystem::path conductance_cache_file(const std::filesystem::path& folder,
                                             const Matrix<double>& g, const WireResistances& wires);

/// effective_conductance, kept on disk from one run to the next.
///
/// A file counts only if its key, shape, length and checksum are right; any other is solved anew
/// and replaced whole. `folder` is made if it is missing; several processes may share it. Throws as
/// effective_conductance, and ConfigError if `folder` cannot be written.
Matrix<double> cached_effective_conductance(const std::filesystem::path& folder,
                                            const Matrix<double>& g, const WireResistances& wires);

}  // namespace ohm
