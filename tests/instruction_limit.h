// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <dnnl.h>
#include <hwy/highway.h>

namespace ohm {

/// Keeps Highway, too, to what ONEDNN_MAX_CPU_ISA leaves oneDNN of this machine: without AVX-512,
/// in programs that include this.
inline bool limit_highway() {
  const auto isa = static_cast<unsigned>(dnnl_get_effective_cpu_isa());
  const auto avx512 = static_cast<unsigned>(dnnl_cpu_isa_avx512_core);
  const bool is_limited = (isa & avx512) != avx512;
  if (is_limited) hwy::DisableTargets(HWY_AVX2 - 1);  // better sets have lower bits
  return is_limited;
}

inline const bool kHighwayIsLimited = limit_highway();

}  // namespace ohm
