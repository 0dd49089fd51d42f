// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace ohm {

/// The text of the E that `call` throws; "" if it throws nothing. Other exceptions fail the test.
template <class E, class Call>
std::string error_text(Call call) {
  try {
    call();
  } catch (const E& error) {
    return error.what();
  }
  return "";
}

}  // namespace ohm
