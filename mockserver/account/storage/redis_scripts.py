"""What Redis does at once: the scripts of the store. Their keys begin with the prefix, their first argument.

A process that opens the store takes a fence, a number that is higher than those before it. Each batch has a token, and
names the token of the batch before it. So a process sees that another one has the store by now, that the store was
emptied, and that an older copy of it came back.
"""

ACQUIRE = """
local p, contact, milliseconds = ARGV[1], ARGV[2], ARGV[3]
local known_store, known_epoch, is_lost, ended = ARGV[4], tonumber(ARGV[5]), ARGV[6] == '1', ARGV[7]
local other = redis.call('GET', p .. 'leader')
if other and other ~= ended then return {'in use', other} end
local time = redis.call('TIME')
local now = time[1] .. string.format('%06d', tonumber(time[2]))
local fence = redis.call('GET', p .. 'fence')
if not fence or tonumber(now) > tonumber(fence) then fence = now else fence = string.format('%.0f', fence + 1) end
redis.call('SET', p .. 'fence', fence)
redis.call('SET', p .. 'leader', contact, 'PX', milliseconds)
redis.call('SET', p .. 'store', fence, 'NX')
local store, epoch = redis.call('GET', p .. 'store'), tonumber(redis.call('GET', p .. 'epoch') or '0')
if known_store ~= '' and (is_lost or store ~= known_store) then
  epoch = math.max(epoch, known_epoch + 1)
  redis.call('SET', p .. 'epoch', epoch)
end
return {'open', fence, redis.call('GET', p .. 'batch') or '', store, epoch}
"""
"""Opens the store. Arguments: contact, its milliseconds, and the store as the process knows it: name, epoch, `1` if
the process saw that it lost data, and the contact of a process that has ended."""

_CHECK = """
local p, own = ARGV[1], ARGV[2]
local fence = redis.call('GET', p .. 'fence')
if fence ~= own then
  if fence and tonumber(fence) > tonumber(own) then return 'in use' end
  return 'lost'
end
"""

RENEW = f"""
{_CHECK}
redis.call('SET', p .. 'leader', ARGV[3], 'PX', ARGV[4])
return 'ok'
"""
"""Says that the process still has the store. Arguments: fence, contact, and its milliseconds."""

RELEASE = f"""
{_CHECK}
redis.call('DEL', p .. 'leader')
return 'ok'
"""
"""Lets another process open the store. Argument: fence."""

SAVE = f"""
{_CHECK}
local before, batch = ARGV[3], ARGV[4]
local last = redis.call('GET', p .. 'batch') or ''
if last == batch then return 'ok' end
if last ~= before then return 'lost' end
local at = 5
while at <= #ARGV do
  local first, last = at + 1, at + ARGV[at]
  if ARGV[first] == 'PURGE' then
    local requests, oldest = ARGV[first + 1], tonumber(ARGV[first + 2])
    local row = redis.call('LINDEX', requests, 0)
    while row do
      local number, count = string.match(row, '^(%d+) (%d+)')
      if number + count > oldest then break end
      redis.call('LPOP', requests)
      row = redis.call('LINDEX', requests, 0)
    end
  else
    redis.call(unpack(ARGV, first, last))
  end
  at = last + 1
end
redis.call('SET', p .. 'batch', batch)
return 'ok'
"""
"""Saves a batch. Arguments: fence, token of the batch before, its own, and the commands to run, each after its length.
`PURGE` removes the rows of requests before a number."""
