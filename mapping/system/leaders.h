// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/container/small_vector.hpp>

#include "core/index.h"

namespace ohm {

/// The links of a message that lead to one: as a rule a single one, so that the millions of them
/// that the messages of a large network cross take no memory apart from the link's own.
using Leaders = boost::container::small_vector<Index, 1>;

}  // namespace ohm
