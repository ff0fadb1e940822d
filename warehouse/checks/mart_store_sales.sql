-- Each store stands in the mart once, those that never sold too, with the lines and the revenue of its sales.
with

lines as (
    select
        store_id,
        1 as line,
        net_amount_base
    from fct_sales
    union all
    select
        store_id,
        0 as line,
        0 as net_amount_base
    from dim_store
),

expected as (
    select
        store_id,
        sum(line) as lines,
        sum(net_amount_base) as revenue
    from lines
    group by store_id
),

sides as (
    select
        1 as expected,
        0 as seen,
        store_id,
        lines,
        revenue
    from expected
    union all
    select
        0 as expected,
        1 as seen,
        store_id,
        lines,
        revenue
    from mart_store_sales
),

final as (
    select
        store_id,
        lines,
        revenue,
        sum(expected) as expected,
        sum(seen) as seen
    from sides
    group by store_id, lines, revenue
    having sum(expected) <> sum(seen)
)

select * from final
