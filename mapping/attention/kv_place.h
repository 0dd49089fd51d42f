// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "mapping/chip/chip_spec.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// The memory of keys and values that are not in the tiles: that of request.kv_memory, or the
/// chip's DRAM.
const DramSpec& kv_memory(const ChipSpec& chip, const Request& request);

/// The same memory at the bandwidth of its writes.
DramSpec as_written(DramSpec memory);

/// Where keys and values lie, and why.
struct KvPlace {
  Index memory = -1;  ///< Request::kv_memory
  std::string reason;
};

/// Bytes of keys and values of a request beyond the tiles, in the chip with most of them.
using KvNeed = std::function<double(const Request&)>;

/// What chip.kv.place says of a request; `fullest` gives the bytes that the memory of the fullest
/// chip has to hold.
KvPlace choose_kv_place(const ChipSpec& chip, Request request, const KvNeed& fullest);

}  // namespace ohm
