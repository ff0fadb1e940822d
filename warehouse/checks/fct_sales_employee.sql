-- Every employee_id of a sale is in dim_employee.
-- needs: dim_employee.employee_id
with

final as (
    select
        fct_sales.employee_id as expected,
        dim_employee.employee_id as seen,
        count(*) as lines,
        min(fct_sales.sale_id) as first_sale_id
    from fct_sales
    left join dim_employee on fct_sales.employee_id = dim_employee.employee_id
    where fct_sales.employee_id is not null and dim_employee.employee_id is null
    group by fct_sales.employee_id, dim_employee.employee_id
)

select * from final
