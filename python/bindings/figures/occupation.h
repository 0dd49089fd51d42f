// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/schedule.h"

namespace ohm::python {

/// Bytes of one token (where copies share the tokens, on average) over every link that carries any:
/// lists `link`, `from`, `to` (tiles) and `bytes`, one entry per pair of neighbouring tiles and
/// direction. Pairs that share a link (between chips) have its number and its bytes in common.
pybind11::dict traffic_of(const Mapping& mapping);

/// How long tiles and links work, s: `tiles` with lists `tile`, `arrays` in use, `arrays_s` (sum
/// over them), `digital_s` and `attention_s`; `links` with lists `link`, `from`, `to` and `busy_s`.
pybind11::dict occupation_of(const Mapping& mapping, const Schedule& schedule);

}  // namespace ohm::python
