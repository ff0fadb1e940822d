-- Each channel stands in the mart once, with the lines and the revenue of its sales.
with

expected as (
    select
        channel,
        count(*) as lines,
        sum(net_amount_base) as revenue
    from fct_sales
    group by channel
),

sides as (
    select
        1 as expected,
        0 as seen,
        channel,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        channel,
        lines,
        revenue
    from mart_channel_sales
),

final as (
    select
        channel,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by channel, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
